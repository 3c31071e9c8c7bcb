/** The keys of secrets as an operator has them to do with: commands of the shell, and processes that start or do not. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../lib/db/test-database.ts";
import { newId } from "../lib/domain/ids.ts";
import { SecretText } from "../lib/domain/secret-text.ts";
import { newKeyLine } from "../lib/vault/key-ring.ts";
import { openSealer } from "../lib/vault/open-sealer.ts";
import { checkKeys } from "./doctor/check-keys.ts";
import type { Install } from "./install/install.ts";
import { ensureKeyEncryptionKey } from "./install/key-encryption-key.ts";

const root = path.resolve(import.meta.dirname, "..");
const workspaceId = newId("workspace");
const secretId = newId("secret");
const sealedFor = { workspaceId, purpose: "secret", id: secretId, version: 1 } as const;
let database: TestDatabase;
let dataDir: string;
let file: string;
let install: Install;

beforeAll(async () => {
	database = await createTestDatabase();
	dataDir = await mkdtemp(path.join(tmpdir(), "devbox-key-commands-"));
	file = path.join(dataDir, "keys/key-encryption-key");
	install = { installId: "test00", dataDir, isRoot: false } as Install;
	await mkdir(path.dirname(file));
	await writeFile(file, newKeyLine(1), { mode: 0o600 });
	await writeFile(
		path.join(dataDir, "install.json"),
		JSON.stringify({ installId: "test00", createdAt: new Date().toISOString() }),
	);
	await database.db.prisma.workspace.create({ data: { id: workspaceId, name: "test" } });
	await database.db.prisma.secret.create({ data: { id: secretId, workspaceId, name: "token" } });
	const sealer = await openSealer({ source: { text: null, file }, keyIdsInUse: [] });
	const sealed = sealer.seal(new SecretText("the value"), sealedFor);
	const version = { id: newId("secretVersion"), secretId, version: 1, sizeBytes: 9, createdBy: "usr_x", sealed };
	await database.db.prisma.secretVersion.create({ data: version });
});
afterAll(async () => {
	await rm(dataDir, { recursive: true });
	await database.close();
});

type Ran = { code: number | null; said: string };

/** To its end, which is soon: it is killed when it stays. */
function run(args: string[], env: Record<string, string> = {}): Promise<Ran> {
	const own = { DATABASE_URL: database.url, DEVBOX_DATA: dataDir, DEVBOX_KEY_ENCRYPTION_KEY: "" };
	const child = spawn(process.execPath, args, {
		cwd: root,
		env: { ...process.env, ...own, ...env },
		timeout: 60_000,
	});
	let said = "";
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk: Buffer) => {
			said += chunk;
		});
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code) => resolve({ code, said }));
	});
}

const admin = (...words: string[]) => run(["ops/admin.ts", ...words]);
const start = (main: string) =>
	run([main], { DEVBOX_INSTALL_ID: "test00", DEVBOX_LISTEN: "127.0.0.1:0", PUBLIC_URL: "http://devbox.test" });

async function withClient<T>(use: Parameters<typeof checkKeys>[1] extends infer C ? (client: C) => Promise<T> : never) {
	const client = await database.db.pool.connect();
	return use(client as never).finally(() => client.release());
}
const doctor = () => withClient((client) => checkKeys(install, client));

describe("commands of npm run admin", () => {
	test("rotate, rewrap and retire a key, say what comes next, and stand in the audit log", async () => {
		expect(await doctor()).toMatchObject({ status: "ok" });
		expect(await admin("rotate-key")).toMatchObject({
			code: 0,
			said: expect.stringMatching(/Key 2 .*Back the file up now/),
		});
		expect(await doctor()).toMatchObject({ status: "warn", detail: expect.stringContaining("older") });
		const early = await admin("retire-key", "1");
		expect(early).toMatchObject({ code: 1, said: expect.stringContaining("npm run admin -- rewrap") });
		expect(early.said).not.toContain("    at ");
		expect(await admin("retire-key", "2")).toMatchObject({ code: 1, said: expect.stringContaining("is the newest") });
		const rewrapped = await admin("rewrap");
		expect(rewrapped).toMatchObject({
			code: 0,
			said: expect.stringMatching(/1 sealed value now under key 2\.[\s\S]*retire-key 1/),
		});
		expect(await admin("retire-key", "1")).toMatchObject({ code: 0, said: expect.stringContaining("Key 1 is out") });
		expect(await doctor()).toMatchObject({ status: "ok", detail: expect.stringContaining("version 2") });
		const keys = await readFile(file, "utf8");
		expect(keys).toMatch(/^2:[A-Za-z0-9+/]{43}=\n$/);
		expect(rewrapped.said + early.said).not.toContain(keys.slice(2, 20));
		const events = await database.db.prisma.auditEvent.findMany({ orderBy: { seq: "asc" } });
		expect(events.map(({ detail }) => (detail as { command?: string }).command)).toEqual([
			"rotate-key",
			"rewrap",
			"retire-key",
		]);
	});

	test("that cannot be are refused with what there is to do, and change nothing", async () => {
		const before = await readFile(file, "utf8");
		expect(await admin("retire-key", "7")).toMatchObject({ code: 1, said: expect.stringContaining("no key") });
		expect(await admin("retire-key")).toMatchObject({ code: 1, said: expect.stringContaining("--help") });
		expect(
			await run(["ops/admin.ts", "rotate-key"], { DEVBOX_KEY_ENCRYPTION_KEY: newKeyLine(1).trim() }),
		).toMatchObject({ code: 1, said: expect.stringContaining("DEVBOX_KEY_ENCRYPTION_KEY") });
		expect(await readFile(file, "utf8")).toBe(before);
	});
});

describe("a database without its key", () => {
	const aside = () => rename(file, `${file}.aside`);
	const back = () => rename(`${file}.aside`, file);

	test.each(["gateway/main.ts", "worker/main.ts"])("%s does not start, and says what to put back", async (main) => {
		await aside();
		const ran = await start(main).finally(back);
		expect(ran.code).toBe(1);
		expect(ran.said).toMatch(/key-encryption key is missing.*Put back the file of the backup/);
	});

	test("npm start's own look says it before anything runs, makes no other key, and the doctor says the same", async () => {
		await aside();
		try {
			const look = ensureKeyEncryptionKey({ install, users: null, ownerUrl: database.url });
			await expect(look).rejects.toThrow(/is missing.*Put back the file of the backup/);
			await expect(readFile(file)).rejects.toThrow(/ENOENT/);
			expect(await doctor()).toMatchObject({ status: "fail", detail: expect.stringContaining("is missing") });
		} finally {
			await back();
		}
	});

	test("with another key in its place is told apart, and neither key is shown", async () => {
		await aside();
		const other = newKeyLine(1);
		await writeFile(file, other, { mode: 0o600 });
		const ran = await start("gateway/main.ts").finally(back);
		expect(ran).toMatchObject({ code: 1, said: expect.stringContaining("holds another key") });
		expect(ran.said).not.toContain(other.slice(2, 20));
	});
});
