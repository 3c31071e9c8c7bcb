/**
 * An install: its id, its data directory and who runs what in it. The record is `<data>/install.json`; the clone points to it by
 * `.devbox/install.json`, so that every later command finds the same one.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { AppError } from "../../lib/domain/errors.ts";

const recordSchema = z.object({
	installId: z.string().regex(/^[a-z0-9]{6}$/),
	createdAt: z.string(),
	/** Remembered, so that a restart finds its own again. */
	databasePort: z.number().int().nullable().default(null),
	webPort: z.number().int().nullable().default(null),
	sshPort: z.number().int().nullable().default(null),
	/** System users that this install made: those that uninstall removes. */
	systemUsers: z.array(z.string()).default([]),
	/** What the last start was told. */
	listen: z.string().nullable().default(null),
	publicUrl: z.string().nullable().default(null),
});

export type InstallRecord = z.infer<typeof recordSchema>;
export type Install = { installId: string; dataDir: string; record: InstallRecord; isRoot: boolean };

const pointerSchema = z.object({ installId: z.string(), dataDir: z.string() });
export const cloneDir = path.resolve(import.meta.dirname, "../..");
export const pointerPath = path.join(cloneDir, ".devbox/install.json");

type Known = { dataDir: string; installId: string | null };

/** Where an install's data lies: `--data`, DEVBOX_DATA, the clone's pointer; null when none of them says. */
async function knownInstall(dataOption: string | undefined): Promise<Known | null> {
	const told = dataOption ?? process.env.DEVBOX_DATA;
	if (told) return { dataDir: path.resolve(told), installId: null };
	if (!existsSync(pointerPath)) return null;
	return pointerSchema.parse(JSON.parse(await readFile(pointerPath, "utf8")));
}

/** The install that is there. @throws AppError `not_found` when there is none, `forbidden` when it is another user's. */
export async function findInstall(o: { data?: string | undefined }): Promise<Install> {
	const known = await knownInstall(o.data);
	const record = known ? await readRecord(known.dataDir) : null;
	if (!known || !record) {
		const where = known ? `in ${known.dataDir}` : "for this clone";
		throw new AppError({ code: "not_found", message: `There is no install ${where} yet. Run: npm start` });
	}
	const isRoot = process.getuid?.() === 0;
	if (!isRoot && (await stat(known.dataDir)).uid !== process.getuid?.()) {
		throw new AppError({ code: "forbidden", message: `${known.dataDir} belongs to another user. Run this with sudo.` });
	}
	return { installId: record.installId, dataDir: known.dataDir, record, isRoot };
}

/**
 * Finds or makes the install. A folder is taken over only when it is empty or holds an install of ours, so that a wrong
 * `--data` cannot end in an uninstall of somebody's files.
 */
export async function openInstall(o: { data?: string | undefined }): Promise<Install> {
	const isRoot = process.getuid?.() === 0;
	const known = await knownInstall(o.data);
	const found = known ? await readRecord(known.dataDir) : null;
	const installId = found?.installId ?? known?.installId ?? newInstallId();
	const dataDir = known?.dataDir ?? defaultDataDir(installId, isRoot);
	if (!found) await refuseForeignFolder(dataDir);
	const record = found ?? recordSchema.parse({ installId, createdAt: new Date().toISOString() });
	const install: Install = { installId, dataDir, record, isRoot };
	// First, so that a start which is killed here goes on with the same id. By environment the folder is told at every command;
	// told once by an option, or never, the clone must remember it.
	if (!process.env.DEVBOX_DATA) await writePointer(install);
	await mkdir(dataDir, { recursive: true, mode: 0o755 });
	if (!found) await writeRecord(install);
	return install;
}

/** Changes the record, on disk and in `install`, by rename: a killed start leaves the old one or the new one. */
export async function updateRecord(install: Install, change: Partial<InstallRecord>): Promise<void> {
	Object.assign(install.record, change);
	await writeRecord(install);
}

async function writeRecord(install: Install): Promise<void> {
	await replaceFile(
		path.join(install.dataDir, "install.json"),
		`${JSON.stringify(install.record, null, "\t")}\n`,
		0o644,
	);
}

async function writePointer(install: Install): Promise<void> {
	await mkdir(path.dirname(pointerPath), { recursive: true });
	const text = JSON.stringify({ installId: install.installId, dataDir: install.dataDir });
	if (existsSync(pointerPath) && (await readFile(pointerPath, "utf8")).trim() === text) return;
	await replaceFile(pointerPath, `${text}\n`, 0o644);
}

/** Whether the clone's pointer names this install. */
export async function isPointedTo(install: Install): Promise<boolean> {
	if (!existsSync(pointerPath)) return false;
	return pointerSchema.parse(JSON.parse(await readFile(pointerPath, "utf8"))).installId === install.installId;
}

export async function replaceFile(file: string, text: string, mode: number): Promise<void> {
	const fresh = `${file}.new`;
	await writeFile(fresh, text, { mode, flush: true });
	await rename(fresh, file);
}

async function readRecord(dataDir: string): Promise<InstallRecord | null> {
	const file = path.join(dataDir, "install.json");
	if (!existsSync(file)) return null;
	const parsed = recordSchema.safeParse(JSON.parse(await readFile(file, "utf8")));
	if (parsed.success) return parsed.data;
	throw new AppError({
		code: "invalid",
		message: `${file} is not an install of ours: ${z.prettifyError(parsed.error)}`,
	});
}

async function refuseForeignFolder(dataDir: string): Promise<void> {
	if (!existsSync(dataDir) || (await readdir(dataDir)).length === 0) return;
	throw new AppError({
		code: "conflict",
		message: `${dataDir} is not empty and holds no install.json. Give --data an empty folder, or one of an earlier start.`,
	});
}

function defaultDataDir(installId: string, isRoot: boolean): string {
	if (isRoot) return `/var/lib/devbox/${installId}`;
	const base = process.env.XDG_DATA_HOME ?? path.join(homedir(), ".local/share");
	return path.join(base, "devbox", installId);
}

function newInstallId(): string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
	// The first is a letter: the id begins names in places that want one.
	const [first = 0, ...rest] = randomBytes(6);
	return (alphabet[first % 26] ?? "d") + rest.map((byte) => alphabet[byte % 36]).join("");
}
