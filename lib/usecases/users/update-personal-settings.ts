import type { PersonalSettingsResponse, UpdatePersonalSettingsRequest } from "../../contract/personal-settings.ts";
import { writeUserSettings } from "../../db/user-settings.ts";
import type { Actor } from "../../domain/actor.ts";
import { requireInsideWithSecrets } from "../../domain/permissions.ts";
import type { Deps } from "../deps.ts";
import { getPersonalSettings } from "./get-personal-settings.ts";

/** Fields whose value is run in the user's boxes, after their secrets are there. */
const runFields = ["dotfiles_repository", "dotfiles_ref", "dotfiles_script", "shell", "editor"] as const;

/** For the boxes that are made from now on; those that are there keep what they were made with. */
export async function updatePersonalSettings(
	deps: Deps,
	actor: Actor,
	{ body }: { body: UpdatePersonalSettingsRequest },
): Promise<PersonalSettingsResponse> {
	const run = runFields.find((field) => body[field] !== undefined);
	if (run) requireInsideWithSecrets(actor, `Changing ${run}`);
	const changes = {
		commitName: body.commit_name,
		commitEmail: body.commit_email,
		dotfilesUrl: body.dotfiles_repository,
		dotfilesRef: body.dotfiles_ref,
		dotfilesScript: body.dotfiles_script,
		shell: body.shell,
		editor: body.editor,
	};
	await writeUserSettings(deps.db, { userId: actor.userId, changes });
	return getPersonalSettings(deps, actor);
}
