import { z } from "zod";
import { scopes } from "../domain/actor.ts";
import { userSummary } from "./devboxes.ts";
import { defineOperations, signedIn } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";

const timestamp = z.iso.datetime();
export const apiTokenKinds = ["personal", "provider"] as const;

export const apiTokenResponse = z
	.object({
		id: z.string(),
		kind: z.enum(apiTokenKinds),
		name: z.string(),
		hint: z.string().meta({ description: "Its last four characters" }),
		scopes: z.array(z.enum(scopes)),
		owner: userSummary,
		created_at: timestamp,
		expires_at: timestamp.nullable().meta({ description: "Null: never" }),
		last_used_at: timestamp.nullable().meta({ description: "To about a minute" }),
	})
	.meta({ id: "ApiToken" });
export type ApiTokenResponse = z.infer<typeof apiTokenResponse>;

export const createApiTokenRequest = z
	.object({
		name: z.string().trim().min(1).max(80).meta({ description: "What it is for", example: "deploy bot" }),
		kind: z.enum(apiTokenKinds).default("personal").meta({
			description:
				"`personal` acts for you. `provider` is a service's own, sent as X-Provider-Token; admins make them.",
		}),
		scopes: z
			.array(z.enum(scopes))
			.min(1)
			.default(["devbox:read", "devbox:write", "exec"])
			.transform((list) => scopes.filter((scope) => list.includes(scope))),
		expires_in_days: z.number().int().min(1).max(3650).nullable().default(90).meta({ description: "Null: never" }),
	})
	.meta({ id: "CreateApiTokenRequest" });
export type CreateApiTokenRequest = z.infer<typeof createApiTokenRequest>;

export const createdApiTokenResponse = apiTokenResponse
	.extend({ token: z.string().meta({ description: "The token itself. Shown this once." }) })
	.meta({ id: "CreatedApiToken" });
export type CreatedApiTokenResponse = z.infer<typeof createdApiTokenResponse>;

export const tokenOperations = defineOperations({
	listApiTokens: {
		id: "listApiTokens",
		method: "GET",
		path: "/tokens",
		summary: "List your tokens, and as an admin the workspace's provider tokens",
		scope: "devbox:read",
		query: z.object(pageQuery),
		response: { status: 200, body: pageOf(apiTokenResponse) },
		errors: signedIn,
	},
	createApiToken: {
		id: "createApiToken",
		method: "POST",
		path: "/tokens",
		summary: "Make a token; it is shown once. A signed-in browser only: a token cannot make another",
		scope: "devbox:read",
		body: createApiTokenRequest,
		response: { status: 201, body: createdApiTokenResponse },
		errors: [...signedIn, "invalid"],
	},
	revokeApiToken: {
		id: "revokeApiToken",
		method: "DELETE",
		path: "/tokens/{id}",
		summary: "Revoke a token at once; its open streams end. A token may revoke itself alone",
		scope: "devbox:read",
		params: z.object({ id: z.string() }),
		response: { status: 204, body: null },
		errors: [...signedIn, "not_found"],
	},
});
