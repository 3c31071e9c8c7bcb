import { z } from "zod";
import {
	commitEmailProblem,
	commitNameProblem,
	dotfilesScriptProblem,
	dotfilesScripts,
	editorProblem,
	shells,
} from "../domain/personal-settings.ts";
import { parseRepositoryUrl } from "../domain/repository-url.ts";
import { defineOperations, signedIn } from "./operation.ts";
import { gitRef } from "./repositories.ts";
import { textWithout } from "./text-without.ts";

/** The address in the form in which it is kept. */
const dotfilesAddress = z.string().transform((text, context) => {
	const parsed = parseRepositoryUrl(text);
	if (!("problem" in parsed)) return parsed.value.url;
	context.addIssue({ code: "custom", message: parsed.problem });
	return z.NEVER;
});

export const updatePersonalSettingsRequest = z
	.strictObject({
		commit_name: textWithout(commitNameProblem).nullable().optional().meta({
			description: "`user.name` of git; null: the name at GitHub",
			example: "Ada Lovelace",
		}),
		commit_email: textWithout(commitEmailProblem).nullable().optional().meta({
			description: "`user.email` of git; null: the address at GitHub",
			example: "ada@example.com",
		}),
		dotfiles_repository: dotfilesAddress.nullable().optional().meta({
			description:
				"https git address, with or without its scheme: a public one, or one that your GitHub connection reaches; cloned to ~/.dotfiles",
			example: "github.com/ada/dotfiles",
		}),
		dotfiles_ref: gitRef.nullable().optional(),
		dotfiles_script: textWithout(dotfilesScriptProblem)
			.nullable()
			.optional()
			.meta({
				description: `Run after the clone; when null the first of ${dotfilesScripts.join(", ")}, and without any the dot files are linked into the home folder`,
			}),
		shell: z.enum(shells).nullable().optional().meta({ description: "Where the image has it" }),
		editor: textWithout(editorProblem).nullable().optional().meta({
			description: "EDITOR and VISUAL",
			example: "vim",
		}),
	})
	.meta({ id: "UpdatePersonalSettingsRequest" });
export type UpdatePersonalSettingsRequest = z.output<typeof updatePersonalSettingsRequest>;

export const personalSettingsResponse = z
	.object({
		commit_name: z.string().nullable(),
		commit_email: z.string().nullable(),
		dotfiles_repository: z.string().nullable(),
		dotfiles_ref: z.string().nullable(),
		dotfiles_script: z.string().nullable(),
		shell: z.enum(shells).nullable(),
		editor: z.string().nullable(),
		defaults: z
			.object({ commit_name: z.string().nullable(), commit_email: z.string().nullable() })
			.meta({ description: "What holds where you set nothing: from your GitHub account" }),
	})
	.meta({ id: "PersonalSettings" });
export type PersonalSettingsResponse = z.infer<typeof personalSettingsResponse>;

export const personalSettingsOperations = defineOperations({
	getPersonalSettings: {
		id: "getPersonalSettings",
		method: "GET",
		path: "/users/me/settings",
		summary: "See what you bring along to each new devbox",
		scope: "devbox:read",
		response: { status: 200, body: personalSettingsResponse },
		errors: signedIn,
	},
	updatePersonalSettings: {
		id: "updatePersonalSettings",
		method: "PATCH",
		path: "/users/me/settings",
		summary:
			"Change what you bring along; what is left out stays, and null takes it away. What is run in devboxes (dotfiles, shell, editor) is changed by a signed-in browser, or a token with the scopes exec and secret:use",
		scope: "devbox:write",
		permission: "devbox.create",
		body: updatePersonalSettingsRequest,
		response: { status: 200, body: personalSettingsResponse },
		errors: [...signedIn, "invalid"],
	},
});
