import type { PersonalSettingsResponse, UpdatePersonalSettingsRequest } from "../../contract/personal-settings.ts";
import { writeUserSettings } from "../../db/user-settings.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { getPersonalSettings } from "./get-personal-settings.ts";

/** For the boxes that are made from now on; those that are there keep what they were made with. */
export async function updatePersonalSettings(
	deps: Deps,
	actor: Actor,
	{ body }: { body: UpdatePersonalSettingsRequest },
): Promise<PersonalSettingsResponse> {
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
