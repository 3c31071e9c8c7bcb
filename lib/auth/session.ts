/**
 * Sessions of browsers: the cookie holds a random token, the database its hash, and every request and stream checks the row, so
 * that revoking ends it at once. next-auth's cookie is this token too; there is no JWT.
 */

import type { Database } from "../db/database.ts";
import { findLiveSession, insertSession, type LiveSession } from "../db/sessions.ts";
import { hashToken, newToken } from "../db/token-hash.ts";
import { type Actor, type Role, roleScopes } from "../domain/actor.ts";
import type { SecretText } from "../domain/secret-text.ts";

export const sessionMaxAgeMs = 30 * 24 * 60 * 60 * 1000;

/** `__Host-` binds the cookie to this very origin, which browsers allow over https only. */
export function sessionCookieName(publicUrl: URL): string {
	return publicUrl.protocol === "https:" ? "__Host-devbox_session" : "devbox_session";
}

/** Makes the row and answers the token for the cookie. */
export async function createSession(
	db: Pick<Database, "prisma">,
	o: { userId: string; method: "sign_in_link" | "github"; userAgent: string | null },
): Promise<string> {
	const token = newToken();
	const expiresAt = new Date(Date.now() + sessionMaxAgeMs);
	await insertSession(db, { ...o, tokenHash: hashToken(token), expiresAt });
	return token;
}

/** Null for no session, a revoked or expired one, and for a user without a workspace. */
export async function findSession(db: Pick<Database, "prisma">, shown: SecretText): Promise<LiveSession | null> {
	const token = shown.reveal();
	if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null;
	return findLiveSession(db, hashToken(token));
}

export function actorOfSession(session: LiveSession): Actor | null {
	const member = session.user.members[0];
	if (!member) return null;
	const role = member.role as Role;
	return {
		kind: "session",
		userId: session.userId,
		login: session.user.login,
		workspaceId: member.workspaceId,
		role,
		scopes: roleScopes[role] ?? [],
		credentialId: session.id,
		isProvider: false,
	};
}
