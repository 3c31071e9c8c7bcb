import type { CreateApiTokenRequest, CreatedApiTokenResponse } from "../../contract/tokens.ts";
import { insertApiToken } from "../../db/api-tokens.ts";
import { hashToken, newApiToken } from "../../db/token-hash.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError, invalidField } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toApiTokenResponse } from "./api-token-response.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** No more than its maker has. Only a signed-in browser makes one: a token that leaked could otherwise outlive its revocation. */
export async function createApiToken(
	{ db }: Deps,
	actor: Actor,
	{ body }: { body: CreateApiTokenRequest },
): Promise<CreatedApiTokenResponse> {
	if (actor.kind !== "session")
		throw new AppError({
			code: "forbidden",
			message: "A token cannot make tokens. Sign in with a browser: Settings, Tokens.",
		});
	if (body.kind === "provider" && !actor.scopes.includes("admin"))
		throw new AppError({ code: "forbidden", message: "Provider tokens are made by admins of the workspace. Ask one." });
	const missing = body.scopes.filter((scope) => !actor.scopes.includes(scope));
	if (missing.length > 0)
		throw invalidField("scopes", `Your ${actor.role} account does not have ${missing.join(", ")} to give away.`);
	const token = newApiToken(body.kind);
	const row = await insertApiToken(db, actor, {
		kind: body.kind,
		name: body.name,
		scopes: body.scopes,
		tokenHash: hashToken(token),
		hint: token.slice(-4),
		expiresAt: body.expires_in_days === null ? null : new Date(Date.now() + body.expires_in_days * dayMs),
	});
	return { ...toApiTokenResponse(row), token };
}
