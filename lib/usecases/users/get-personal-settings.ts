import type { PersonalSettingsResponse } from "../../contract/personal-settings.ts";
import { getUserSettingsRow } from "../../db/user-settings.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";

export async function getPersonalSettings({ db }: Deps, actor: Actor): Promise<PersonalSettingsResponse> {
	const { own, defaults } = await getUserSettingsRow(db, actor.userId);
	return {
		commit_name: own.commitName,
		commit_email: own.commitEmail,
		dotfiles_repository: own.dotfilesUrl,
		dotfiles_ref: own.dotfilesRef,
		dotfiles_script: own.dotfilesScript,
		shell: own.shell,
		editor: own.editor,
		defaults: { commit_name: defaults.commitName, commit_email: defaults.commitEmail },
	};
}
