/** Registered SSH keys. A fingerprint is one person's alone, so that a signature says who somebody is. */
import { createHash } from "node:crypto";
import { newId } from "../domain/ids.ts";
import type { SshPublicKey } from "../domain/ssh-public-key.ts";
import { type Database, dbCall, isUniqueViolation } from "./database.ts";

type KeyDatabase = Pick<Database, "prisma">;

/** `SHA256:…`, as ssh-keygen -l prints it. */
export function sshFingerprint(blob: Uint8Array): string {
	return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

export function listSshKeys(db: KeyDatabase, userId: string) {
	return dbCall(() => db.prisma.sshKey.findMany({ where: { userId }, orderBy: { createdAt: "asc" } }));
}
export type SshKeyRow = Awaited<ReturnType<typeof listSshKeys>>[number];

export function countSshKeys(db: KeyDatabase, userId: string): Promise<number> {
	return dbCall(() => db.prisma.sshKey.count({ where: { userId } }));
}

type NewSshKey = { userId: string; name: string; key: SshPublicKey };

/** Null when somebody, the user included, has registered this key already. */
export async function insertSshKey(db: KeyDatabase, o: NewSshKey): Promise<SshKeyRow | null> {
	try {
		return await dbCall(() => db.prisma.sshKey.create({ data: rowOf(o) }));
	} catch (error) {
		if (isUniqueViolation(error)) return null;
		throw error;
	}
}

/** Puts the key in place of the user's of the same name. Answers false, with nothing changed, when another user has it. */
export async function replaceSshKey(db: KeyDatabase, o: NewSshKey): Promise<boolean> {
	const fingerprint = sshFingerprint(o.key.blob);
	try {
		return await dbCall(() =>
			db.prisma.$transaction(async (tx) => {
				const known = await tx.sshKey.findUnique({ where: { fingerprint } });
				if (known && known.userId !== o.userId) return false;
				const { userId, name } = o;
				await tx.sshKey.deleteMany({ where: { userId, name, fingerprint: { not: fingerprint } } });
				if (!known) await tx.sshKey.create({ data: rowOf(o) });
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

function rowOf({ userId, name, key }: NewSshKey) {
	return { id: newId("sshKey"), userId, name, publicKey: key.line, fingerprint: sshFingerprint(key.blob) };
}

/** Every key of the user, or the one. A trigger tells every process. Answers how many there were. */
export async function deleteSshKeys(db: KeyDatabase, o: { userId: string; id?: string }): Promise<number> {
	return (await dbCall(() => db.prisma.sshKey.deleteMany({ where: o }))).count;
}

/** The key with its user and the user's memberships; null for an unknown key and for a disabled user. */
export function findLiveSshKey(db: KeyDatabase, fingerprint: string) {
	return dbCall(() =>
		db.prisma.sshKey.findFirst({
			where: { fingerprint, user: { disabledAt: null } },
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
