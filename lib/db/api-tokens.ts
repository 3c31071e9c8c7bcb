/** Tokens of programs. Callers hand in hashes: a token itself never reaches the database. */
import type { Actor, Scope } from "../domain/actor.ts";
import { newId } from "../domain/ids.ts";
import { type Database, dbCall } from "./database.ts";

export type ApiTokenKind = "personal" | "provider";

export function insertApiToken(
	db: Database,
	actor: Actor,
	o: { kind: ApiTokenKind; name: string; tokenHash: string; hint: string; scopes: Scope[]; expiresAt: Date | null },
) {
	const { userId, workspaceId } = actor;
	return dbCall(() =>
		db.prisma.apiToken.create({ data: { id: newId("apiToken"), userId, workspaceId, ...o }, include: { user: true } }),
	);
}
export type ApiTokenRow = Awaited<ReturnType<typeof insertApiToken>>;

/** Live tokens of these hashes, each with its user and the user's membership in the token's workspace. */
export function findLiveApiTokens(db: Database, tokenHashes: string[]) {
	return dbCall(() =>
		db.prisma.apiToken.findMany({
			where: {
				tokenHash: { in: tokenHashes },
				revokedAt: null,
				OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }],
				user: { disabledAt: null },
			},
			include: { user: { include: { members: true } } },
		}),
	);
}
export type LiveApiToken = Awaited<ReturnType<typeof findLiveApiTokens>>[number];

export function touchApiToken(db: Database, id: string) {
	return dbCall(() => db.prisma.apiToken.updateMany({ where: { id }, data: { lastUsedAt: new Date() } }));
}

/** The actor's own, and for an admin the workspace's provider tokens; revoked ones are gone from sight, expired ones are not. */
export function listApiTokens(db: Database, actor: Actor): Promise<ApiTokenRow[]> {
	return dbCall(() =>
		db.prisma.apiToken.findMany({
			where: { ...reachableBy(actor), revokedAt: null },
			include: { user: true },
			orderBy: { createdAt: "desc" },
		}),
	);
}

/** Ends it at once: a trigger tells every process. Answers whether there was one. */
export async function revokeApiToken(db: Database, actor: Actor, id: string): Promise<boolean> {
	const changed = await dbCall(() =>
		db.prisma.apiToken.updateMany({
			where: { id, ...reachableBy(actor), revokedAt: null },
			data: { revokedAt: new Date() },
		}),
	);
	return changed.count > 0;
}

function reachableBy(actor: Actor) {
	const own = { userId: actor.userId };
	return {
		workspaceId: actor.workspaceId,
		...(actor.scopes.includes("admin") ? { OR: [own, { kind: "provider" }] } : own),
	};
}
