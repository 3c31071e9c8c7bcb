import { type Database, dbCall } from "./database.ts";

export function insertTerminalTicket(
	db: Database,
	o: { tokenHash: string; credentialId: string; devboxId: string; terminal: string; expiresAt: Date },
) {
	return dbCall(() => db.prisma.terminalTicket.create({ data: o }));
}

/** Spends the ticket: of two at once one gets it, the other null. */
export async function spendTerminalTicket(db: Database, o: { tokenHash: string; credentialId: string }) {
	const now = new Date();
	const [ticket] = await dbCall(() =>
		db.prisma.terminalTicket.updateManyAndReturn({
			where: { ...o, usedAt: null, expiresAt: { gt: now } },
			data: { usedAt: now },
		}),
	);
	return ticket ?? null;
}
