import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSealedKeyIds } from "../../lib/db/sealed-keys.ts";
import { createTestDatabase, type TestDatabase } from "../../lib/db/test-database.ts";
import { newId } from "../../lib/domain/ids.ts";
import type { Sealer } from "../../lib/domain/sealer.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";
import { newKeyLine } from "../../lib/vault/key-ring.ts";
import { openSealer } from "../../lib/vault/open-sealer.ts";
import type { Install } from "../install/install.ts";
import { retireKey, rewrap, rotateKey } from "../key-commands.ts";

let database: TestDatabase;
let client: pg.Client;
let install: Install;
let file: string;
/** Of a process that runs on all the while. */
let sealer: Sealer;
const workspaceId = newId("workspace");

beforeAll(async () => {
	database = await createTestDatabase();
	client = new pg.Client({ connectionString: database.url });
	await client.connect();
	const dataDir = await mkdtemp(path.join(tmpdir(), "devbox-keys-"));
	install = { installId: "test00", dataDir, isRoot: false } as Install;
	file = path.join(dataDir, "keys", "key-encryption-key");
	await mkdir(path.dirname(file));
	await writeFile(file, newKeyLine(1), { mode: 0o600 });
	sealer = await openSealer({ source: { text: null, file }, keyIdsInUse: [] });
	await database.db.prisma.workspace.create({ data: { id: workspaceId, name: "test" } });
});
afterAll(async () => {
	await client.end();
	await rm(install.dataDir, { recursive: true });
	await database.close();
});

async function addSecret(value: string): Promise<string> {
	const id = newId("secret");
	await database.db.prisma.secret.create({ data: { id, workspaceId, name: id } });
	const sealed = sealer.seal(new SecretText(value), { workspaceId, purpose: "secret", id, version: 1 });
	const version = { id: newId("secretVersion"), secretId: id, version: 1, sizeBytes: 1, createdBy: "usr_x", sealed };
	await database.db.prisma.secretVersion.create({ data: version });
	return id;
}

async function readSecret(id: string): Promise<string> {
	const row = await database.db.prisma.secretVersion.findFirstOrThrow({ where: { secretId: id } });
	return sealer.open(row.sealed ?? new Uint8Array(), { workspaceId, purpose: "secret", id, version: 1 }).reveal();
}

test("rotating and rewrapping keeps every value readable to a process that runs on, and lets the old key go", async () => {
	const ids = await Promise.all(Array.from({ length: 250 }, (_, n) => addSecret(`value ${n}`)));
	expect(await rotateKey(install)).toContain("Key 2");
	expect((await stat(file)).mode & 0o777).toBe(0o600);
	expect((await readFile(file, "utf8")).trim().split("\n")).toHaveLength(2);
	const after = await addSecret("sealed with the new key");
	await expect(retireKey(client, install, "1")).rejects.toMatchObject({ code: "conflict" });
	const said = await rewrap(client, install);
	expect(said).toContain("250 sealed values now under key 2");
	expect(said).toContain("retire-key 1");
	expect(await rewrap(client, install)).toContain("0 sealed values");
	for (const [n, id] of ids.entries()) expect(await readSecret(id)).toBe(`value ${n}`);
	expect(await retireKey(client, install, "1")).toContain("Key 1 is out");
	await expect(retireKey(client, install, "2")).rejects.toMatchObject({ code: "conflict" });
	expect(await readSecret(ids[0] ?? "")).toBe("value 0");
	expect(await readSecret(after)).toBe("sealed with the new key");
});

test("a value that was moved to another row is left alone, named, and told in the audit log; the rest goes on", async () => {
	const [one, other] = [await addSecret("one"), await addSecret("other")];
	const { sealed } = await database.db.prisma.secretVersion.findFirstOrThrow({ where: { secretId: one } });
	await database.db.prisma.secretVersion.updateMany({ where: { secretId: other }, data: { sealed } });
	await rotateKey(install);
	expect(await rewrap(client, install)).toMatch(/Refused: secret_versions\.sealed of secv_/);
	expect(await readSecret(one)).toBe("one");
	const events = await database.db.prisma.auditEvent.findMany({ where: { action: "secret.refused" } });
	expect(events).toMatchObject([{ targetId: other, outcome: "refused" }]);
});

test("a key file that is damaged leaves running processes with the keys that they have", async () => {
	const id = await addSecret("still here");
	const text = await readFile(file, "utf8");
	await writeFile(file, "not a key\n");
	expect(await readSecret(id)).toBe("still here");
	await expect(rotateKey(install)).rejects.toMatchObject({ code: "invalid" });
	await rm(file);
	expect(await readSecret(id)).toBe("still here");
	await writeFile(file, text);
	await chmod(file, 0o600);
	expect(await readSecret(id)).toBe("still here");
});

test("a database with secrets does not come up without their key, and says what to put back", async () => {
	const keyIdsInUse = await readSealedKeyIds(client);
	expect(keyIdsInUse.length).toBeGreaterThan(0);
	const missing = { text: null, file: `${file}.gone` };
	await expect(openSealer({ source: missing, keyIdsInUse })).rejects.toThrow(/key-encryption key is missing.*Put back/);
	const other = { text: new SecretText(newKeyLine(1)), file };
	await expect(openSealer({ source: other, keyIdsInUse })).rejects.toThrow(/another key/);
});
