/** What lies in the data directory, whose it is and who may read it. Applied at every start, so that a mend by hand is mended again. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { AppError } from "../../lib/domain/errors.ts";
import { newLinkKeys } from "../../lib/link/link-keys.ts";
import { type Install, replaceFile } from "./install.ts";
import { closedFolders } from "./reachable-folder.ts";
import type { SystemUser, SystemUsers } from "./system-users.ts";

/** Modes: 0711 lets a user through to its own file, without a listing of the others. */
const folders = [
	{ name: "keys", mode: 0o711 },
	{ name: "engine", mode: 0o711 },
	{ name: "tls", mode: 0o711 },
	{ name: "run", mode: 0o711 },
	{ name: "log", mode: 0o750 },
	{ name: "mirrors", mode: 0o700 },
	{ name: "web", mode: 0o755 },
] as const;

export type DataFolder = (typeof folders)[number]["name"];

export function dataFolder(install: Install, name: DataFolder): string {
	return path.join(install.dataDir, name);
}

const secretsSchema = z.object({ owner: z.string(), app: z.string(), web: z.string() });
/** Passwords of the database's three roles. */
export type DatabasePasswords = z.infer<typeof secretsSchema>;

/** @throws AppError `forbidden` when our users could not get to the folder, naming the mend. */
export async function ensureDataFolders(install: Install, users: SystemUsers | null): Promise<void> {
	if (users) {
		const closed = (await closedFolders(install.dataDir)).filter((folder) => folder !== install.dataDir);
		if (closed.length > 0) {
			throw new AppError({
				code: "forbidden",
				message: `The unprivileged users of this install cannot get into ${closed.join(", ")}. Run: chmod o+x ${closed.join(" ")}\nor give --data a folder that is open to them, as /var/lib/devbox/${install.installId}.`,
			});
		}
	}
	await chmod(install.dataDir, 0o755);
	for (const { name, mode } of folders) {
		const folder = dataFolder(install, name);
		await mkdir(folder, { recursive: true, mode });
		await chmod(folder, mode);
	}
	// Repositories of others, fetched by our own unprivileged user.
	await giveTo(dataFolder(install, "mirrors"), users?.app ?? null, 0o700);
	await ensureAuthSecret(install, users);
	await ensureSshHostKey(install, users);
}

/** What clients know this installation by: made once, and kept for as long as the data is. */
async function ensureSshHostKey(install: Install, users: SystemUsers | null): Promise<void> {
	const file = path.join(dataFolder(install, "keys"), "ssh-host-key");
	if (!existsSync(file)) await replaceFile(file, newLinkKeys().private.reveal(), 0o400);
	await giveTo(file, users?.app ?? null, 0o400);
}

export function authSecretFile(install: Install): string {
	return path.join(dataFolder(install, "keys"), "auth-secret");
}

async function ensureAuthSecret(install: Install, users: SystemUsers | null): Promise<void> {
	const file = authSecretFile(install);
	if (!existsSync(file)) await replaceFile(file, `${randomBytes(32).toString("base64url")}\n`, 0o400);
	await giveTo(file, users?.web ?? null, 0o400);
}

/** Finds or makes the passwords. Only the owner of the install reads the file; processes get the one that is theirs in their environment. */
export async function ensureDatabasePasswords(install: Install): Promise<DatabasePasswords> {
	const file = path.join(dataFolder(install, "keys"), "database-passwords.json");
	if (!existsSync(file)) {
		const fresh = () => randomBytes(24).toString("base64url");
		await replaceFile(file, JSON.stringify({ owner: fresh(), app: fresh(), web: fresh() }), 0o600);
	}
	return secretsSchema.parse(JSON.parse(await readFile(file, "utf8")));
}

function databaseUrlFile(install: Install): string {
	return path.join(dataFolder(install, "keys"), "database-url");
}

/** Written at each start, so that later commands find a PostgreSQL of the operator's without being told again. Null: the embedded one. */
export async function rememberDatabaseUrl(install: Install, databaseUrl: string | null): Promise<void> {
	if (databaseUrl === null) await rm(databaseUrlFile(install), { force: true });
	else await replaceFile(databaseUrlFile(install), databaseUrl, 0o600);
}

/** DATABASE_URL, or what the last start was told; null for the embedded one. */
export async function externalDatabaseUrl(install: Install): Promise<string | null> {
	if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
	return existsSync(databaseUrlFile(install)) ? readFile(databaseUrlFile(install), "utf8") : null;
}

/** Makes the file one user's alone (ours when not root). */
export async function giveTo(file: string, user: SystemUser | null, mode: number): Promise<void> {
	await chmod(file, mode);
	if (!user) return;
	const found = await stat(file);
	if (found.uid !== user.uid || found.gid !== user.gid) await chown(file, user.uid, user.gid);
}
