/** Members' GitHub accounts. Tokens come in sealed and go out sealed; every change of them is one more version. */
import { newId } from "../domain/ids.ts";
import { type Database, dbCall } from "./database.ts";
import { linkGithubUser, unlinkGithubUser } from "./linked-github.ts";

type GithubDatabase = Pick<Database, "prisma">;
export type Membership = { workspaceId: string; userId: string };

/** Opening and sealing need the id and version that the row will have. */
export type SealTokens = (at: { id: string; version: number }) => Uint8Array<ArrayBuffer>;

export function findGithubConnection(db: GithubDatabase, { workspaceId, userId }: Membership) {
	return dbCall(() =>
		db.prisma.githubConnection.findUnique({
			where: { workspaceId_userId: { workspaceId, userId } },
			include: { grants: { orderBy: { orgLogin: "asc" } } },
		}),
	);
}
export type GithubConnectionRow = NonNullable<Awaited<ReturnType<typeof findGithubConnection>>>;

type NewConnection = Membership & {
	githubUrl: string;
	githubUserId: number;
	githubLogin: string;
	scopes: string[];
	accessExpiresAt: Date | null;
	seal: SealTokens;
	/** The user is known to be at this very browser: who signs in with no GitHub account yet may do so with this one from now on. */
	mayLinkSignIn: boolean;
};

/** In place of the member's earlier one. Granted organisations stay when it is the same account of the same GitHub. */
export function putGithubConnection(db: GithubDatabase, o: NewConnection): Promise<GithubConnectionRow> {
	const { workspaceId, userId, seal, mayLinkSignIn, ...fields } = o;
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			// Of two flows that end at once, one comes after the other.
			await tx.$queryRaw`SELECT 1 FROM members WHERE workspace_id = ${workspaceId} AND user_id = ${userId} FOR UPDATE`;
			const where = { workspaceId_userId: { workspaceId, userId } };
			const known = await tx.githubConnection.findUnique({ where });
			const isSame = known?.githubUserId === BigInt(o.githubUserId) && known.githubUrl === o.githubUrl;
			const id = known && isSame ? known.id : newId("githubConnection");
			const version = known && isSame ? known.version + 1 : 1;
			if (known && !isSame) await removeConnection(tx, known);
			const isLinked = mayLinkSignIn && (await linkGithubUser(tx, { userId, githubUserId: BigInt(o.githubUserId) }));
			const data = {
				...fields,
				tokens: seal({ id, version }),
				version,
				status: "connected",
				statusReason: null,
				refreshingUntil: null,
				connectedAt: new Date(),
				...(isLinked ? { linkedSignIn: true } : {}),
			};
			return tx.githubConnection.upsert({
				where,
				update: data,
				create: { id, workspaceId, userId, ...data },
				include: { grants: { orderBy: { orgLogin: "asc" } } },
			});
		}),
	);
}

/** Answers whether this very version was still there. */
export async function replaceGithubTokens(
	db: GithubDatabase,
	o: { id: string; version: number; tokens: Uint8Array<ArrayBuffer>; accessExpiresAt: Date | null },
): Promise<boolean> {
	const { count } = await dbCall(() =>
		db.prisma.githubConnection.updateMany({
			where: { id: o.id, version: o.version },
			data: {
				tokens: o.tokens,
				version: o.version + 1,
				accessExpiresAt: o.accessExpiresAt,
				refreshingUntil: null,
			},
		}),
	);
	return count > 0;
}

/**
 * The right to refresh this version of the tokens, for `leaseMs`: of all processes one gets it, and no transaction is held while GitHub
 * is asked. Answers whether it was got.
 */
export async function leaseGithubRefresh(
	db: GithubDatabase,
	o: { id: string; version: number; leaseMs: number; now: Date },
): Promise<boolean> {
	const { count } = await dbCall(() =>
		db.prisma.githubConnection.updateMany({
			where: { id: o.id, version: o.version, OR: [{ refreshingUntil: null }, { refreshingUntil: { lt: o.now } }] },
			data: { refreshingUntil: new Date(o.now.getTime() + o.leaseMs) },
		}),
	);
	return count > 0;
}

export function endGithubRefresh(db: GithubDatabase, o: { id: string; version: number }) {
	return dbCall(() =>
		db.prisma.githubConnection.updateMany({ where: { id: o.id, version: o.version }, data: { refreshingUntil: null } }),
	);
}

/** Tokens of this version do not work any more; of another version nothing is known. */
export function markGithubReconnect(db: GithubDatabase, o: { id: string; version: number; reason: string }) {
	return dbCall(() =>
		db.prisma.githubConnection.updateMany({
			where: { id: o.id, version: o.version },
			data: { status: "reconnect", statusReason: o.reason, refreshingUntil: null },
		}),
	);
}

type Transaction = Parameters<Parameters<Database["prisma"]["$transaction"]>[0]>[0];
type ConnectionRow = Awaited<ReturnType<Transaction["githubConnection"]["findUniqueOrThrow"]>>;

/** With it goes the sign-in that it gave. */
async function removeConnection(tx: Transaction, row: ConnectionRow): Promise<void> {
	const { count } = await tx.githubConnection.deleteMany({ where: { id: row.id } });
	if (count > 0 && row.linkedSignIn) await unlinkGithubUser(tx, row);
}

/** Of this version alone, unless none is named. Answers whether it is gone: false when its tokens were replaced meanwhile. */
export function deleteGithubConnection(
	db: GithubDatabase,
	{ id, version }: { id: string; version?: number },
): Promise<boolean> {
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			await tx.$queryRaw`SELECT 1 FROM github_connections WHERE id = ${id} FOR UPDATE`;
			const row = await tx.githubConnection.findUnique({ where: { id } });
			if (row && version !== undefined && row.version !== version) return false;
			if (row) await removeConnection(tx, row);
			return true;
		}),
	);
}

/** Exactly these are granted from here on. Answers how many; null when the connection is gone. */
export function putGithubGrants(
	db: GithubDatabase,
	o: { connectionId: string; orgs: readonly { id: number; login: string }[] },
): Promise<number | null> {
	const { connectionId } = o;
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const held = await tx.$queryRaw<
				unknown[]
			>`SELECT 1 FROM github_connections WHERE id = ${connectionId} FOR UPDATE`;
			if (held.length === 0) return null;
			await tx.githubOrgGrant.deleteMany({ where: { connectionId } });
			await tx.githubOrgGrant.createMany({
				data: o.orgs.map(({ id, login }) => ({ connectionId, orgId: BigInt(id), orgLogin: login })),
			});
			return o.orgs.length;
		}),
	);
}
