/** What variables a box has and where they are from, never their values; and how they come anew. */
import { z } from "zod";
import { secretScopes } from "../domain/secrets.ts";
import { aiToken, aiTokenHeaders } from "./ai-tokens.ts";
import { devboxIdParams, devboxResponse } from "./devboxes.ts";
import { defineOperations } from "./operation.ts";

const timestamp = z.iso.datetime().meta({ description: "ISO 8601, UTC" });

export const variableResponse = z
	.object({
		name: z.string(),
		source: z.enum(["value", "secret", "ai_token"]),
		secret: z
			.object({
				id: z.string(),
				name: z.string().meta({ description: "As it was called when the box was given it" }),
				scope: z.enum(secretScopes).nullable().meta({ description: "Null: it was deleted since" }),
				is_inherited: z.boolean().meta({ description: "It is in all boxes, and was not asked for by name" }),
				version_id: z.string().nullable().meta({ description: "What is in the box; null before it was brought in" }),
				version: z.number().nullable(),
				newest_version: z.number().nullable().meta({ description: "Null: the secret was deleted" }),
				injected_at: timestamp.nullable(),
			})
			.nullable(),
	})
	.meta({ id: "Variable" });

export const aiTokenStates = ["present", "waiting", "not_present"] as const;

export const aiTokenResponse = z
	.object({
		tool: z.enum(["claude", "codex"]),
		variable: z.string(),
		state: z.enum(aiTokenStates).meta({
			description: "`waiting`: sealed until it is brought in. `not_present`: never given, or gone with a restart",
		}),
		message: z.string().meta({ example: "Claude token not present" }),
	})
	.meta({ id: "AiTokenState" });

export const environmentResponse = z
	.object({
		data: z.array(variableResponse),
		ai_tokens: z.array(aiTokenResponse),
		is_stale: z.boolean().meta({ description: "It holds an older version of a secret: refresh it" }),
	})
	.meta({ id: "Environment" });
export type EnvironmentResponse = z.infer<typeof environmentResponse>;
export type VariableResponse = z.infer<typeof variableResponse>;

export const setAiTokensRequest = z
	.strictObject({ claude_token: aiToken.optional(), codex_token: aiToken.optional() })
	.meta({ id: "SetAiTokensRequest", description: "Or the headers X-Claude-Token and X-Codex-Token, which win" });
export type SetAiTokensRequest = z.output<typeof setAiTokensRequest>;

const onBox = ["unauthenticated", "forbidden", "not_found"] as const;

export const environmentOperations = defineOperations({
	getEnvironment: {
		id: "getEnvironment",
		method: "GET",
		path: "/devboxes/{id}/environment",
		summary: "List the variables of a devbox and where they are from, without their values",
		scope: "devbox:read",
		params: devboxIdParams,
		response: { status: 200, body: environmentResponse },
		errors: onBox,
	},
	refreshEnvironment: {
		id: "refreshEnvironment",
		method: "POST",
		path: "/devboxes/{id}/refresh-environment",
		summary: "Bring the newest secrets into a running devbox. Programs that run keep what they have; new shells get it",
		scope: "devbox:write",
		params: devboxIdParams,
		response: { status: 202, body: devboxResponse },
		errors: [...onBox, "wrong_state", "unavailable"],
	},
	setAiTokens: {
		id: "setAiTokens",
		method: "PUT",
		path: "/devboxes/{id}/ai-tokens",
		summary: "Give a devbox its AI tokens (again): at once while it runs, else with its next start",
		scope: "devbox:write",
		params: devboxIdParams,
		headers: aiTokenHeaders,
		body: setAiTokensRequest,
		response: { status: 202, body: devboxResponse },
		errors: [...onBox, "invalid", "wrong_state", "unavailable"],
	},
});
