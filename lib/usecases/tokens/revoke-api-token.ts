import { revokeApiToken as revokeRow } from "../../db/api-tokens.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";

export async function revokeApiToken({ db }: Deps, actor: Actor, input: { params: { id: string } }): Promise<void> {
	const { id } = input.params;
	const isAllowed = actor.kind === "session" || id === actor.credentialId;
	if (isAllowed && (await revokeRow(db, actor, id))) return;
	throw new AppError({
		code: "not_found",
		message: `There is no token ${JSON.stringify(id.slice(0, 80))} that you can revoke. List yours with GET /tokens.`,
	});
}
