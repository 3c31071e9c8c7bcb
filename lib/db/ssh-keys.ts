/** Registered SSH keys. A fingerprint is one person's alone, so that a signature says who somebody is. */
import { createHash } from "node:crypto";
import { newId } from "../domain/ids.ts";
import type { SshPublicKey } from "../domain/ssh-public-key.ts";
import { type Database, dbCall, isUniqueViolation } from "./database.ts";
import { holdMakerTokens, type MakerTokens } from "./maker-tokens.ts";

type KeyDatabase = Pick<Database, "prisma">;

/** `SHA256:…`, as ssh-keygen -l prints it. */
export function sshFingerprint(blob: Uint8Array): string {
	return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** Those that are in force: one that a token registered ends with it. */
function inForce() {
	return { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] };
}

export function listSshKeys(db: KeyDatabase, userId: string) {
	return dbCall(() =>
		db.prisma.sshKey.findMany({
			where: { userId, ...inForce() },
			include: { apiToken: { select: { name: true } } },
			orderBy: { createdAt: "asc" },
		}),
	);
}
export type SshKeyRow = Awaited<ReturnType<typeof listSshKeys>>[number];

export function countSshKeys(db: KeyDatabase, userId: string): Promise<number> {
	return dbCall(() => db.prisma.sshKey.count({ where: { userId, ...inForce() } }));
}

type NewSshKey = { userId: string; name: string; key: SshPublicKey; maker: MakerTokens };

/** Null when somebody, the user included, has registered this key already. */
export async function insertSshKey(db: KeyDatabase, o: NewSshKey): Promise<SshKeyRow | null> {
	const { fingerprint } = rowOf(o);
	try {
		return await dbCall(() =>
			db.prisma.$transaction(async (tx) => {
				const expiresAt = await holdMakerTokens(tx, o.maker);
				await tx.sshKey.deleteMany({ where: { fingerprint, expiresAt: { lte: new Date() } } });
				const data = { ...rowOf(o), expiresAt };
				return tx.sshKey.create({ data, include: { apiToken: { select: { name: true } } } });
			}),
		);
	} catch (error) {
		if (isUniqueViolation(error)) return null;
		throw error;
	}
}

/** A key that a token registered lives on by itself: its user, in a signed-in browser, has said that it is theirs. */
export function keepSshKey(db: KeyDatabase, o: { id: string; userId: string; name: string }): Promise<SshKeyRow> {
	return dbCall(() =>
		db.prisma.sshKey.update({
			where: { id: o.id, userId: o.userId },
			data: { name: o.name, apiTokenId: null, providerTokenId: null, expiresAt: null },
			include: { apiToken: { select: { name: true } } },
		}),
	);
}

/**
 * Puts the key in place of the user's of the same name. Answers false, with nothing changed, when another user has it. A key that is there
 * ends with what puts it there now, unless it ends with nothing.
 */
export async function replaceSshKey(db: KeyDatabase, o: NewSshKey): Promise<boolean> {
	const fingerprint = sshFingerprint(o.key.blob);
	try {
		return await dbCall(() =>
			db.prisma.$transaction(async (tx) => {
				const expiresAt = await holdMakerTokens(tx, o.maker);
				await tx.sshKey.deleteMany({ where: { fingerprint, expiresAt: { lte: new Date() } } });
				const known = await tx.sshKey.findUnique({ where: { fingerprint } });
				if (known && known.userId !== o.userId) return false;
				const { userId, name, maker } = o;
				await tx.sshKey.deleteMany({ where: { userId, name, fingerprint: { not: fingerprint } } });
				if (!known) await tx.sshKey.create({ data: { ...rowOf(o), expiresAt } });
				else if (known.apiTokenId !== null)
					await tx.sshKey.update({ where: { id: known.id }, data: { ...maker, expiresAt } });
				return true;
			}),
		);
	} catch (error) {
		if (!isUniqueViolation(error)) throw error;
		// Registered in the moment between: what counts is by whom.
		const known = await dbCall(() => db.prisma.sshKey.findUnique({ where: { fingerprint } }));
		return known?.userId === o.userId;
	}
}

function rowOf({ userId, name, key, maker }: NewSshKey) {
	return { id: newId("sshKey"), userId, name, publicKey: key.line, fingerprint: sshFingerprint(key.blob), ...maker };
}

/** Every key of the user, or the one. A trigger tells every process. Answers how many there were. */
export async function deleteSshKeys(db: KeyDatabase, o: { userId: string; id?: string }): Promise<number> {
	return (await dbCall(() => db.prisma.sshKey.deleteMany({ where: o }))).count;
}

/** The key with its user and the user's memberships; null for an unknown key, one that has ended, and for a disabled user. */
export function findLiveSshKey(db: KeyDatabase, fingerprint: string) {
	return dbCall(() =>
		db.prisma.sshKey.findFirst({
			where: { fingerprint, ...inForce(), user: { disabledAt: null } },
			include: { user: { include: { members: { include: { workspace: true }, orderBy: { createdAt: "asc" } } } } },
		}),
	);
}
export type LiveSshKey = NonNullable<Awaited<ReturnType<typeof findLiveSshKey>>>;

export function touchSshKey(db: KeyDatabase, id: string) {
	return dbCall(() => db.prisma.sshKey.updateMany({ where: { id }, data: { lastUsedAt: new Date() } }));
}

/** The user's own boxes that go by this name or id in any of the workspaces, destroyed ones left out. */
export function findLoginDevboxes(
	db: KeyDatabase,
	o: { userId: string; workspaceIds: string[]; name: string },
): Promise<{ id: string; workspaceId: string }[]> {
	return dbCall(() =>
		db.prisma.devbox.findMany({
			where: {
				ownerId: o.userId,
				workspaceId: { in: o.workspaceIds },
				OR: [{ name: o.name }, { id: o.name }],
				state: { not: "destroyed" },
				desiredState: { not: "destroyed" },
			},
			select: { id: true, workspaceId: true },
		}),
	);
}
