/**
 * What the worker's tests stand on: a database with a workspace, a user and an image, a simulated host in a file (so that workers that
 * are processes of their own see the same machines), and workers.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pino } from "pino";
import { createTestDatabase, type TestDatabase } from "../../lib/db/test-database.ts";
import { type Actor, roleScopes } from "../../lib/domain/actor.ts";
import type { DevboxState } from "../../lib/domain/devbox-state.ts";
import { newId } from "../../lib/domain/ids.ts";
import { simulatedMachine } from "../../lib/engines/simulated/simulated-machine.ts";
import { createDevbox } from "../../lib/usecases/devboxes/create-devbox.ts";
import { openHosts } from "../hosts.ts";
import type { LoopContext } from "../loops/loop.ts";
import { createHostOpener } from "../open-host.ts";
import { openWorker, type Worker, type WorkerInput } from "../open-worker.ts";

export const testInstallId = "test01";
export const quietLog = pino({ level: process.env.LOG_LEVEL ?? "silent" });

export type WorkerWorld = Awaited<ReturnType<typeof createWorkerWorld>>;

export async function createWorkerWorld(o: { adminUrl?: string } = {}) {
	const database = await createTestDatabase(o);
	const { db } = database;
	const dir = mkdtempSync(path.join(tmpdir(), "devbox-worker-test-"));
	const endpoint = `simulated:file:${dir}/machine.json`;
	const { actor, hostId } = await seed(database, endpoint);
	const hosts = openHosts({
		db,
		open: createHostOpener({ dataDir: dir, installId: testInstallId }),
		onProblem: (_, error) => {
			throw error;
		},
	});
	await hosts.refresh();
	const engine = hosts.get(hostId)?.engine;
	if (!engine) throw new Error("The simulated host is not open");
	const workers: Worker[] = [];
	await db.listen(["run_ready"], () => {
		for (const worker of workers) worker.wake();
	});

	return {
		database,
		db,
		dir,
		/** The host's machine: breaks and mends it, and shows what is there. */
		machine: simulatedMachine(endpoint),
		engine,
		actor,
		hostId,
		hosts,
		worker(input: Partial<WorkerInput> = {}): Worker {
			const workerId = `worker-${newId("run")}`;
			const worker = openWorker({ db, hosts, installId: testInstallId, workerId, log: quietLog, ...input });
			workers.push(worker);
			return worker;
		},
		loopContext: (): LoopContext => ({
			db,
			hosts,
			installId: testInstallId,
			log: quietLog,
			signal: AbortSignal.timeout(30_000),
		}),
		create: (name: string) => createDevbox({ db }, actor, { body: { name, image: "builtin:base", size: "s" } }),
		row: (id: string) => db.prisma.devbox.findUniqueOrThrow({ where: { id } }),
		operations: (id: string) =>
			db.prisma.operation.findMany({ where: { devboxId: id }, orderBy: [{ createdAt: "asc" }, { position: "asc" }] }),
		untilState(id: string, state: DevboxState) {
			return until(`${id} is ${state}`, async () => {
				const row = await db.prisma.devbox.findUniqueOrThrow({ where: { id } });
				return row.state === state ? row : null;
			});
		},
		async close() {
			await Promise.all(workers.map((worker) => worker.stop({ graceMs: 0 })));
			await hosts.close();
			await database.close();
			rmSync(dir, { recursive: true, force: true });
		},
	};
}

async function seed({ db }: TestDatabase, endpoint: string): Promise<{ actor: Actor; hostId: string }> {
	const workspaceId = newId("workspace");
	const userId = newId("user");
	const hostId = newId("host");
	await db.prisma.workspace.create({ data: { id: workspaceId, name: "test", createdAt: new Date("2026-01-01") } });
	await db.prisma.user.create({ data: { id: userId, login: "ada" } });
	await db.prisma.member.create({ data: { workspaceId, userId, role: "owner", devboxQuota: 500 } });
	await db.prisma.image.create({
		data: { id: newId("image"), name: "builtin:base", ref: "builtin:base@0", description: "test", sizeBytes: 1n },
	});
	await db.prisma.host.create({
		data: {
			id: hostId,
			name: "local",
			engine: "simulated",
			endpoint,
			project: "p",
			profile: "box",
			pool: "p",
			status: "online",
			vcpus: 8,
			memoryTotalMib: 65_536,
			memoryAvailableMib: 60_000,
			poolTotalGib: 500,
			poolUsedGib: 5,
			instancesMax: 200,
		},
	});
	const scopes = roleScopes.owner;
	return {
		actor: { kind: "session", userId, login: "ada", workspaceId, role: "owner", scopes, credentialId: newId("session"), isProvider: false },
		hostId,
	};
}

/** Polls until `look` answers something, for at most 30 s. */
export async function until<T>(
	what: string,
	look: () => Promise<T | null | undefined | false> | T | null | false,
): Promise<T> {
	const deadline = performance.now() + 30_000;
	for (;;) {
		const found = await look();
		if (found) return found;
		if (performance.now() > deadline) throw new Error(`Waited 30 s in vain until ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
