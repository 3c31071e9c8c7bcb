/** Execs whose end nobody was there to see, in a real box with a real database. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertExec } from "../../lib/db/execs.ts";
import { createTestDatabase, type TestDatabase } from "../../lib/db/test-database.ts";
import type { BoxLink, BoxLinks } from "../../lib/domain/box-link.ts";
import type { ExecInput, ExecRecord } from "../../lib/domain/exec.ts";
import { newId } from "../../lib/domain/ids.ts";
import { createBoxLinks } from "../../lib/link/box-links.ts";
import { installRuntime, startTestBox, type TestBox } from "../../lib/link/testing/test-box.ts";
import { startDetached } from "../../lib/usecases/execs/detached-execs.ts";
import { quietLog, until } from "../testing/worker-world.ts";
import type { LoopContext } from "./loop.ts";
import { pruneExecs } from "./prune-execs.ts";
import { settleExecs } from "./settle-execs.ts";

let box: TestBox;
let database: TestDatabase;
let links: BoxLinks;
let root: BoxLink;
const hostId = newId("host");
const userId = newId("user");
const workspaceId = newId("workspace");

beforeAll(async () => {
	box = await startTestBox();
	links = createBoxLinks({ engine: { exec: (o) => box.engine.exec({ ...o, name: box.instance }) } });
	root = await links.get({ instance: "any", user: "root" });
	if ((await root.run({ command: "test -d /usr/lib/devbox", timeoutMs: 5_000 })).code !== 0)
		await installRuntime({ box, link: root, path: "/usr/lib/devbox" });
	database = await createTestDatabase();
	const { prisma } = database.db;
	await prisma.workspace.create({ data: { id: workspaceId, name: "test" } });
	await prisma.user.create({ data: { id: userId, login: "ada" } });
	const reached = { engine: "simulated", endpoint: "simulated:x", project: "p", profile: "box", pool: "p" };
	await prisma.host.create({ data: { id: hostId, name: "local", status: "online", ...reached } });
});

afterAll(async () => {
	await links?.close();
	await box?.close();
	await database?.close();
});

function context(): LoopContext {
	const host = { id: hostId, name: "local", links };
	return {
		db: database.db,
		hosts: { get: (id: string) => (id === hostId ? host : null) } as unknown as LoopContext["hosts"],
		installId: "test00",
		log: quietLog,
		signal: AbortSignal.timeout(60_000),
	};
}

const settle = () => settleExecs({ everyMs: 1 }).turn(context());
const row = (id: string) => database.db.prisma.exec.findUniqueOrThrow({ where: { id } });

async function addDevbox(): Promise<string> {
	const id = newId("devbox");
	const kind = { image: "builtin:base", imageRef: "builtin:base@0", size: "s" };
	const live = { state: "ready", power: "running", desiredState: "running" };
	await database.db.prisma.devbox.create({
		data: { id, hostId, workspaceId, ownerId: userId, name: id.replace("_", "-"), ...kind, ...live },
	});
	return id;
}

async function addExec(o: Partial<ExecRecord> & { devboxId: string }): Promise<ExecRecord> {
	const record: ExecRecord = {
		id: newId("exec"),
		userId,
		mode: "detached",
		argv: null,
		script: "true",
		cwd: null,
		boxUser: "devbox",
		tty: false,
		timeoutMs: null,
		status: "running",
		exitCode: null,
		signal: null,
		reason: null,
		gatewayId: null,
		processGroup: null,
		credentialIds: [],
		stdoutBytes: 0,
		stderrBytes: 0,
		isStdoutTruncated: false,
		isStderrTruncated: false,
		createdAt: new Date(),
		finishedAt: null,
		...o,
	};
	await insertExec(database.db, record);
	return record;
}

/** Really runs in the box. */
async function startExec(script: string, o: Partial<ExecRecord> = {}): Promise<ExecRecord> {
	const record = await addExec({ devboxId: await addDevbox(), script, ...o });
	const link = await links.get({ instance: "any", user: record.boxUser });
	const input: ExecInput = { env: {}, stdin: null, isStdinOpen: false, pty: null, lingerMs: 0 };
	await startDetached(database.db, link, { record, input });
	return record;
}

async function settled(id: string) {
	return until(
		`${id} is settled`,
		async () => {
			await settle();
			const now = await row(id);
			return now.status !== "running" && now;
		},
		30_000,
	);
}

describe("a detached exec that nobody follows", () => {
	test("is found again with its true end, as devbox and as root", async () => {
		const execs = await Promise.all([
			startExec("echo out; exit 5"),
			startExec("echo err >&2; kill -9 $$", { boxUser: "root" }),
		]);
		expect(await settled(execs[0].id)).toMatchObject({ status: "exited", exitCode: 5, signal: null, stdoutBytes: 4n });
		expect(await settled(execs[1].id)).toMatchObject({
			status: "exited",
			exitCode: null,
			signal: "SIGKILL",
			stderrBytes: 4n,
		});
	});

	test("that still runs is left alone", async () => {
		const { id } = await startExec("sleep 300");
		await settle();
		expect((await row(id)).status).toBe("running");
		await root.run({ command: `kill -KILL -- -${(await row(id)).processGroup}`, timeoutMs: 5_000 });
		expect((await settled(id)).signal).toBe("SIGKILL");
	});

	test("ends when a credential that it was started with is revoked", async () => {
		const session = {
			id: newId("session"),
			userId,
			tokenHash: "x",
			method: "sign_in_link",
			expiresAt: new Date(Date.now() + 60_000),
		};
		await database.db.prisma.session.create({ data: session });
		const { id } = await startExec("sleep 300", { credentialIds: ["tok_other", session.id] });
		await settle();
		expect((await row(id)).status).toBe("running");
		await database.db.prisma.session.update({ where: { id: session.id }, data: { revokedAt: new Date() } });
		expect(await settled(id)).toMatchObject({ signal: "SIGTERM", reason: expect.stringContaining("revoked") });
	});

	test("is lost with its box, in words", async () => {
		const { id, devboxId } = await startExec("sleep 1");
		const stopped = { state: "stopped", desiredState: "stopped", power: "off" };
		await database.db.prisma.devbox.update({ where: { id: devboxId }, data: stopped });
		await settle();
		expect(await row(id)).toMatchObject({
			status: "lost",
			exitCode: null,
			reason: "The devbox was stopped while it ran.",
		});
	});
});

describe("an attached exec", () => {
	const old = new Date(Date.now() - 60_000);

	test("of a gateway that is heard of goes on; of a silent one, once the database is up long enough, it is lost", async () => {
		const devboxId = await addDevbox();
		await database.db.prisma.gateway.create({ data: { id: "gwy_live", address: "a:1" } });
		const live = await addExec({ devboxId, mode: "attached", gatewayId: "gwy_live", createdAt: old });
		const orphan = await addExec({ devboxId, mode: "attached", gatewayId: "gwy_gone", createdAt: old });
		const young = await addExec({ devboxId, mode: "attached", gatewayId: "gwy_gone" });
		await settle();
		expect((await row(live.id)).status).toBe("running");
		expect((await row(young.id)).status).toBe("running");
		expect(await row(orphan.id)).toMatchObject({
			status: "lost",
			exitCode: null,
			reason: expect.stringContaining("gateway"),
		});
		const { rows } = await database.db.pool.query(
			"SELECT pg_postmaster_start_time() < now() - interval '45 seconds' AS up",
		);
		await database.db.prisma.gateway.update({ where: { id: "gwy_live" }, data: { seenAt: old } });
		await settle();
		expect((await row(live.id)).status).toBe(rows[0].up ? "lost" : "running");
	});
});

describe("old execs", () => {
	test("past their number go, oldest first, with what they left in the box; running ones stay", async () => {
		const { id, devboxId } = await startExec("echo kept; exit 0");
		await settled(id);
		const running = await addExec({ devboxId, createdAt: new Date(0) });
		const link = await links.get({ instance: "any", user: "devbox" });
		const folder = `~/.local/state/devbox/execs/${id}`;
		const isThere = async () => (await link.run({ command: `test -e ${folder}`, timeoutMs: 5_000 })).code === 0;
		expect(await isThere()).toBe(true);
		for (let n = 0; n < 50; n++) {
			const made = await addExec({ devboxId });
			await database.db.prisma.exec.update({ where: { id: made.id }, data: { status: "exited", exitCode: 0 } });
		}
		await pruneExecs({ everyMs: 1 }).turn(context());
		expect(await isThere()).toBe(false);
		const left = await database.db.prisma.exec.findMany({ where: { devboxId } });
		expect([left.length, left.some((exec) => exec.id === id), left.some((exec) => exec.id === running.id)]).toEqual([
			51,
			false,
			true,
		]);
	});
});
