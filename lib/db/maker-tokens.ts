/** The tokens that a credential was made with: it ends with the first of them that ends. */
import type { Actor } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import type { Prisma } from "./generated/client.ts";

/** Both null for what a signed-in browser made. */
export type MakerTokens = { apiTokenId: string | null; providerTokenId: string | null };

export function makerTokensOf(actor: Actor): MakerTokens {
	if (actor.kind !== "token") return { apiTokenId: null, providerTokenId: null };
	return { apiTokenId: actor.credentialId, providerTokenId: actor.providerTokenId ?? null };
}

/**
 * Holds them until the transaction ends, so that a revocation comes either before, and nothing is made, or after, and finds what was made.
 * Answers when the first of them expires; null: never. Throws AppError `unauthenticated` when one has ended meanwhile.
 */
export async function holdMakerTokens(tx: Prisma.TransactionClient, maker: MakerTokens): Promise<Date | null> {
	const ids = [maker.apiTokenId, maker.providerTokenId].filter((id) => id !== null);
	if (ids.length === 0) return null;
	const rows = await tx.$queryRaw<{ expiresAt: Date | null }[]>`
		SELECT expires_at AS "expiresAt" FROM api_tokens
		WHERE id = ANY(${ids}) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) ORDER BY id FOR SHARE`;
	if (rows.length < ids.length)
		throw new AppError({ code: "unauthenticated", message: "The token was revoked or has expired." });
	const ends = rows.flatMap(({ expiresAt }) => (expiresAt ? [expiresAt.getTime()] : []));
	return ends.length > 0 ? new Date(Math.min(...ends)) : null;
}
