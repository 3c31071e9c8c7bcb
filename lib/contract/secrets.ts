/** Secrets of a user or of the workspace. Values go in and never come out: no answer has one. */
import { z } from "zod";
import { envNameProblem } from "../domain/devbox-inputs.ts";
import { devboxStates } from "../domain/devbox-state.ts";
import { secretLimits, secretScopes, secretValueProblem } from "../domain/secrets.ts";
import { defineOperations, signedIn } from "./operation.ts";
import { secretText } from "./secret-field.ts";

const timestamp = z.iso.datetime().meta({ description: "ISO 8601, UTC" });
const { namePattern, descriptionMax, labelsMax, labelKeyPattern, labelValueMax, versionsMax } = secretLimits;

const secretName = z
	.string()
	.regex(namePattern, "A secret's name has 1 to 80 letters, digits and . _ - / and begins with a letter, a digit or _.")
	.meta({ description: "Unique among your secrets, or the workspace's", example: "npm-token" });

export const secretValue = secretText(
	z
		.string()
		.superRefine((value, context) => {
			const message = secretValueProblem(value);
			if (message) context.addIssue({ code: "custom", message });
		})
		.meta({ description: "1 byte to 64 KiB of UTF-8 text. Stored encrypted, and never answered" }),
);

const envName = z
	.string()
	.superRefine((name, context) => {
		const message = envNameProblem(name);
		if (message) context.addIssue({ code: "custom", message });
	})
	.meta({ description: "The variable that carries it", example: "NPM_TOKEN" });

const labels = z
	.record(z.string().regex(labelKeyPattern, "A label's key has 1 to 63 letters, digits and . _ - /"), z.string())
	.superRefine((map, context) => {
		if (Object.keys(map).length > labelsMax)
			context.addIssue({ code: "custom", message: `At most ${labelsMax} labels.` });
		for (const [key, value] of Object.entries(map))
			if (value.length > labelValueMax)
				context.addIssue({ code: "custom", path: [key], message: `A label has at most ${labelValueMax} characters.` });
	});

const description = z.string().trim().max(descriptionMax, `At most ${descriptionMax} characters.`);

export const createSecretRequest = z
	.object({
		name: secretName,
		scope: z
			.enum(secretScopes)
			.default("user")
			.meta({ description: "`workspace`: for all its members; admins add them" }),
		value: secretValue,
		description: description.default(""),
		labels: labels.default({}),
		env_name: envName.nullable().default(null),
		in_all_boxes: z.boolean().default(false).meta({
			description: "In all your boxes, or the workspace's, as `env_name`; from their next start or refresh on",
		}),
	})
	.superRefine((asked, context) => {
		if (asked.in_all_boxes && asked.env_name === null)
			context.addIssue({
				code: "custom",
				path: ["env_name"],
				message: "A secret that is in all boxes needs the name of its variable.",
			});
	})
	.meta({ id: "CreateSecretRequest" });
export type CreateSecretRequest = z.output<typeof createSecretRequest>;

export const updateSecretRequest = z
	.object({
		name: secretName.optional(),
		description: description.optional(),
		labels: labels.optional(),
		env_name: envName.nullable().optional(),
		in_all_boxes: z.boolean().optional(),
	})
	.meta({ id: "UpdateSecretRequest" });
export type UpdateSecretRequest = z.output<typeof updateSecretRequest>;

export const putSecretValueRequest = z.object({ value: secretValue }).meta({ id: "PutSecretValueRequest" });
export type PutSecretValueRequest = z.output<typeof putSecretValueRequest>;

export const secretResponse = z
	.object({
		id: z.string(),
		name: z.string(),
		scope: z.enum(secretScopes),
		description: z.string(),
		labels: z.record(z.string(), z.string()),
		env_name: z.string().nullable(),
		in_all_boxes: z.boolean(),
		version_id: z.string().meta({ description: "Of the newest version", example: "secv_…" }),
		version: z.number(),
		size_bytes: z.number(),
		created_at: timestamp,
		value_changed_at: timestamp,
		last_used_at: timestamp.nullable().meta({ description: "When a box of yours last got it" }),
		devbox_count: z.number().meta({ description: "Your boxes that have it" }),
		can_change: z.boolean().meta({ description: "A workspace's secret is changed by its admins alone" }),
	})
	.meta({ id: "Secret" });
export type SecretResponse = z.infer<typeof secretResponse>;

export const secretVersionResponse = z
	.object({
		id: z.string(),
		version: z.number(),
		size_bytes: z.number(),
		created_at: timestamp,
		created_by: z.string().nullable().meta({ description: "Login; null for a user who is gone" }),
		destroyed_at: timestamp.nullable(),
		is_newest: z.boolean(),
	})
	.meta({ id: "SecretVersion" });
export type SecretVersionResponse = z.infer<typeof secretVersionResponse>;

export const secretUseResponse = z
	.object({
		devbox_id: z.string(),
		devbox_name: z.string(),
		devbox_state: z.enum(devboxStates),
		owner: z.string().meta({ description: "Login" }),
		env_name: z.string(),
		is_inherited: z.boolean(),
		version: z.number().nullable().meta({ description: "What the box has; null before it was brought in" }),
		is_stale: z.boolean().meta({ description: "It runs with an older version" }),
		first_used_at: timestamp.nullable(),
		last_used_at: timestamp.nullable(),
	})
	.meta({ id: "SecretUse" });
export type SecretUseResponse = z.infer<typeof secretUseResponse>;

export const changedSecretResponse = z
	.object({
		secret: secretResponse,
		stale_devboxes: z
			.array(secretUseResponse)
			.meta({ description: "Running boxes that still hold an older value: refresh them" }),
	})
	.meta({ id: "ChangedSecret" });
export type ChangedSecretResponse = z.infer<typeof changedSecretResponse>;

const idParams = z.object({ id: z.string().meta({ description: "Id of the secret, `sec_…`" }) });
const versionParams = idParams.extend({
	version: z.coerce.number().int().min(1).max(1_000_000_000).meta({ description: "Number of the version" }),
});
const uses = z.object({ data: z.array(secretUseResponse) });

export const secretOperations = defineOperations({
	listSecrets: {
		id: "listSecrets",
		method: "GET",
		path: "/secrets",
		summary: "List your secrets and the workspace's, without their values",
		scope: "secret:use",
		response: { status: 200, body: z.object({ data: z.array(secretResponse) }) },
		errors: signedIn,
	},
	createSecret: {
		id: "createSecret",
		method: "POST",
		path: "/secrets",
		summary: "Add a secret of yours, or as an admin one of the workspace",
		scope: "secret:write",
		body: createSecretRequest,
		response: { status: 201, body: secretResponse },
		errors: [...signedIn, "invalid", "conflict", "unavailable"],
	},
	getSecret: {
		id: "getSecret",
		method: "GET",
		path: "/secrets/{id}",
		summary: "Get one secret, without its value",
		scope: "secret:use",
		params: idParams,
		response: { status: 200, body: secretResponse },
		errors: [...signedIn, "not_found"],
	},
	updateSecret: {
		id: "updateSecret",
		method: "PATCH",
		path: "/secrets/{id}",
		summary: "Change what a secret is called and whether it is in all boxes",
		scope: "secret:write",
		params: idParams,
		body: updateSecretRequest,
		response: { status: 200, body: secretResponse },
		errors: [...signedIn, "not_found", "invalid", "conflict"],
	},
	putSecretValue: {
		id: "putSecretValue",
		method: "PUT",
		path: "/secrets/{id}/value",
		summary: `Give a secret a new value: a new version. The ${versionsMax} newest are kept`,
		scope: "secret:write",
		params: idParams,
		body: putSecretValueRequest,
		response: { status: 200, body: changedSecretResponse },
		errors: [...signedIn, "not_found", "invalid", "conflict", "unavailable"],
	},
	deleteSecret: {
		id: "deleteSecret",
		method: "DELETE",
		path: "/secrets/{id}",
		summary: "Delete a secret with all its versions; answers which boxes lose it at their next start or refresh",
		scope: "secret:write",
		params: idParams,
		response: { status: 200, body: uses },
		errors: [...signedIn, "not_found"],
	},
	listSecretVersions: {
		id: "listSecretVersions",
		method: "GET",
		path: "/secrets/{id}/versions",
		summary: "List the versions of a secret, newest first",
		scope: "secret:use",
		params: idParams,
		response: { status: 200, body: z.object({ data: z.array(secretVersionResponse) }) },
		errors: [...signedIn, "not_found"],
	},
	destroySecretVersion: {
		id: "destroySecretVersion",
		method: "DELETE",
		path: "/secrets/{id}/versions/{version}",
		summary: "Destroy the value of an older version for good",
		scope: "secret:write",
		params: versionParams,
		response: { status: 204, body: null },
		errors: [...signedIn, "not_found", "invalid", "conflict"],
	},
	restoreSecretVersion: {
		id: "restoreSecretVersion",
		method: "POST",
		path: "/secrets/{id}/versions/{version}/restore",
		summary: "Make an older value the newest version",
		scope: "secret:write",
		params: versionParams,
		response: { status: 200, body: changedSecretResponse },
		errors: [...signedIn, "not_found", "invalid", "conflict", "unavailable"],
	},
	listSecretUses: {
		id: "listSecretUses",
		method: "GET",
		path: "/secrets/{id}/uses",
		summary: "List which of your boxes have a secret, and since when; an admin sees all boxes of a workspace's secret",
		scope: "secret:use",
		params: idParams,
		response: { status: 200, body: uses },
		errors: [...signedIn, "not_found"],
	},
	refreshSecret: {
		id: "refreshSecret",
		method: "POST",
		path: "/secrets/{id}/refresh",
		summary:
			"Refresh every running box of yours that holds an older value; an admin, of a workspace's secret, all boxes",
		scope: "devbox:write",
		params: idParams,
		response: { status: 202, body: uses.meta({ description: "The boxes that are refreshed" }) },
		errors: [...signedIn, "not_found", "unavailable"],
	},
});
