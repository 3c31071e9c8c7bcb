import { type Database, dbCall } from "../db/database.ts";
import { hashToken } from "../db/token-hash.ts";

/** Spends a sign-in link: answers its user once, and null ever after, as for one that expired or never was. */
export async function spendSignInLink(db: Pick<Database, "prisma">, token: string): Promise<{ userId: string } | null> {
	if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null;
	const now = new Date();
	const tokenHash = hashToken(token);
	const spent = await dbCall(() =>
		db.prisma.signInLink.updateMany({
			where: { tokenHash, usedAt: null, expiresAt: { gt: now }, user: { disabledAt: null } },
			data: { usedAt: now },
		}),
	);
	if (spent.count === 0) return null;
	const link = await dbCall(() => db.prisma.signInLink.findUniqueOrThrow({ where: { tokenHash } }));
	return { userId: link.userId };
}
