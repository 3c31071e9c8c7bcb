/** With which GitHub account a user signs in. Known by its id alone: anybody can register a login there, also one that somebody left. */
import type { Database } from "./database.ts";

type Transaction = Parameters<Parameters<Database["prisma"]["$transaction"]>[0]>[0];
type Link = { userId: string; githubUserId: bigint };

/** Answers whether it was linked: not for a user who signs in with another account, and not where another user signs in with this one. */
export async function linkGithubUser(tx: Transaction, { userId, githubUserId }: Link): Promise<boolean> {
	const githubId = String(githubUserId);
	if (await tx.user.findUnique({ where: { githubId } })) return false;
	return (await tx.user.updateMany({ where: { id: userId, githubId: null }, data: { githubId } })).count > 0;
}

export async function unlinkGithubUser(tx: Transaction, { userId, githubUserId }: Link): Promise<void> {
	await tx.user.updateMany({ where: { id: userId, githubId: String(githubUserId) }, data: { githubId: null } });
}
