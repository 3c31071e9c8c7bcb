/**
 * Tokens of programs. A personal token acts for its user. A provider token is a service's: alone it acts for whoever made it, and
 * beside a user's personal token for that user, with no more than both allow.
 */
import { type ApiTokenKind, findLiveApiTokens, type LiveApiToken } from "../db/api-tokens.ts";
import type { Database } from "../db/database.ts";
import { hashToken, apiTokenPrefixes as prefixes } from "../db/token-hash.ts";
import { type Actor, type Role, roleScopes, type Scope } from "../domain/actor.ts";
import type { SecretText } from "../domain/secret-text.ts";

export type PresentedTokens = { provider: SecretText | null; user: SecretText | null };
export type TokenIdentity = { actor: Actor; credentialIds: string[]; expiresAt: Date | null };

/** Null when any of the presented tokens is not live, of the wrong kind, or of another workspace than the other. */
export async function findTokenIdentity(db: Database, presented: PresentedTokens): Promise<TokenIdentity | null> {
	const wanted: [ApiTokenKind, string][] = [];
	if (presented.provider !== null) wanted.push(["provider", presented.provider.reveal()]);
	if (presented.user !== null) wanted.push(["personal", presented.user.reveal()]);
	if (wanted.length === 0 || !wanted.every(([kind, token]) => isWellFormed(kind, token))) return null;
	const rows = await findLiveApiTokens(
		db,
		wanted.map(([, token]) => hashToken(token)),
	);
	const tokens = wanted.map(([kind, token]) =>
		rows.find((row) => row.kind === kind && row.tokenHash === hashToken(token)),
	);
	return tokens.every((token) => token !== undefined) ? identityOf(tokens) : null;
}

function isWellFormed(kind: ApiTokenKind, token: string): boolean {
	return token.startsWith(prefixes[kind]) && /^[A-Za-z0-9_-]{43}$/.test(token.slice(prefixes[kind].length));
}

/** `tokens`: the provider's first, then the user's. The last one says who acts. */
function identityOf(tokens: LiveApiToken[]): TokenIdentity | null {
	const acting = tokens.at(-1);
	const roles = tokens.map(({ workspaceId, user }) => user.members.find((m) => m.workspaceId === workspaceId)?.role);
	if (!acting || roles.includes(undefined)) return null;
	if (tokens.some(({ workspaceId }) => workspaceId !== acting.workspaceId)) return null;
	const role = roles.at(-1) as Role;
	const allowed = (scope: Scope) =>
		tokens.every(({ scopes }, at) => scopes.includes(scope) && roleScopes[roles[at] as Role].some((s) => s === scope));
	const ends = tokens.map(({ expiresAt }) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
	const end = Math.min(...ends);
	return {
		actor: {
			kind: "token",
			userId: acting.userId,
			login: acting.user.login,
			workspaceId: acting.workspaceId,
			role,
			scopes: roleScopes[role].filter(allowed),
			credentialId: acting.id,
			isProvider: tokens[0]?.kind === "provider",
			...(tokens.length > 1 ? { providerTokenId: tokens[0]?.id } : {}),
		},
		credentialIds: tokens.map(({ id }) => id),
		expiresAt: Number.isFinite(end) ? new Date(end) : null,
	};
}
