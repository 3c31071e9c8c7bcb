/** Flows to connect a GitHub account that are under way. */
import { type Database, dbCall } from "./database.ts";

type StateDatabase = Pick<Database, "prisma">;

export type GithubFlow = {
	workspaceId: string;
	userId: string;
	verifierSalt: string;
	returnUrl: string;
	credentialKind: "session" | "token";
	expiresAt: Date;
};

/** Who begins over and over keeps this many under way: the oldest end. */
const statesPerMemberMax = 10;

export function insertGithubOauthState(db: StateDatabase, o: GithubFlow & { stateHash: string }): Promise<void> {
	const { workspaceId, userId } = o;
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			await tx.githubOauthState.deleteMany({ where: { expiresAt: { lt: new Date() } } });
			const older = await tx.githubOauthState.findMany({
				where: { workspaceId, userId },
				orderBy: { createdAt: "desc" },
				skip: statesPerMemberMax - 1,
				select: { stateHash: true },
			});
			await tx.githubOauthState.deleteMany({ where: { stateHash: { in: older.map((row) => row.stateHash) } } });
			await tx.githubOauthState.create({ data: o });
		}),
	);
}

const withUser = {
	member: { include: { user: true, workspace: true } },
} as const;

/** With who began it; null for an unknown or expired state, and for a user who is disabled by now. */
export async function findGithubOauthState(db: StateDatabase, o: { stateHash: string; now: Date }) {
	const row = await dbCall(() =>
		db.prisma.githubOauthState.findUnique({ where: { stateHash: o.stateHash }, include: withUser }),
	);
	return row && row.expiresAt > o.now && row.member.user.disabledAt === null ? row : null;
}
export type GithubOauthStateRow = NonNullable<Awaited<ReturnType<typeof findGithubOauthState>>>;

/** Answers whether it was there to be spent: of two requests with one state, one gets it. */
export async function spendGithubOauthState(db: StateDatabase, stateHash: string): Promise<boolean> {
	return (await dbCall(() => db.prisma.githubOauthState.deleteMany({ where: { stateHash } }))).count > 0;
}
