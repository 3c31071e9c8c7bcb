import { revokeAccessSession as revokeRow } from "../../db/access-sessions.ts";
import { getDevboxRow } from "../../db/devboxes.ts";
import { hashToken } from "../../db/token-hash.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { isAccessSessionSecret } from "../../domain/ssh-login.ts";
import type { Deps } from "../deps.ts";

/** By the id that is listed, or by the secret that was shown. Its connections end. */
export async function revokeAccessSession(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string; session_id: string } },
): Promise<void> {
	const { id, session_id: session } = input.params;
	const box = await getDevboxRow(db, actor, id);
	const named = isAccessSessionSecret(session) ? { tokenHash: hashToken(session) } : { id: session };
	if (await revokeRow(db, { devboxId: box.id, userId: actor.userId, ...named })) return;
	throw new AppError({
		code: "not_found",
		message:
			"There is no such access session of yours in force on this devbox. GET /devboxes/{id}/access/sessions lists them.",
	});
}
