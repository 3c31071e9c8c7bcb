/**
 * What the worker's tests stand on: a database with a workspace, a user and an image, one host, and workers. `createWorkerWorld` has a
 * simulated host in a file (so that workers that are processes of their own see the same machines), `engine-world.ts` a real one.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pino } from "pino";
import type { z } from "zod";
import { aiTokenHeaders } from "../../lib/contract/ai-tokens.ts";
import { createDevboxRequest } from "../../lib/contract/devboxes.ts";
import { createTestDatabase, type TestDatabase } from "../../lib/db/test-database.ts";
import { type Actor, roleScopes } from "../../lib/domain/actor.ts";
import type { DevboxState } from "../../lib/domain/devbox-state.ts";
import { newId } from "../../lib/domain/ids.ts";
import { simulatedMachine } from "../../lib/engines/simulated/simulated-machine.ts";
import { openMirrorStore } from "../../lib/git/mirror-store.ts";
import { mirrorLimits } from "../../lib/git/mirror-sweep.ts";
import { openGithub } from "../../lib/github/open-github.ts";
import { openIssuer } from "../../lib/identity/open-issuer.ts";
import { openAddressGuard } from "../../lib/net/address-guard.ts";
import { createDevbox } from "../../lib/usecases/devboxes/create-devbox.ts";
import { openEnvelopeSealer } from "../../lib/vault/envelope-sealer.ts";
import { newKeyLine, parseKeyRing } from "../../lib/vault/key-ring.ts";
import { openHosts } from "../hosts.ts";
import type { LoopContext } from "../loops/loop.ts";
import { createHostOpener } from "../open-host.ts";
import { openWorker, type Worker, type WorkerInput } from "../open-worker.ts";

export const testInstallId = "test01";
export const quietLog = pino({ level: process.env.LOG_LEVEL ?? "silent" });

export type WorkerWorld = Awaited<ReturnType<typeof createWorkerWorld>>;

/** The columns of the one host's row. */
export type WorldHost = {
	engine: string;
	endpoint: string;
	project: string;
	profile: string;
	pool: string;
	serverCertificate?: string;
	vcpus: number;
	memoryTotalMib: number;
	memoryAvailableMib: number;
	poolTotalGib: number;
	poolUsedGib: number;
	instancesMax: number;
};

export type WorldInput = {
	host: WorldHost;
	installId: string;
	/** What `builtin:base` is on the host. */
	imageRef: string;
	/** The data directory; it goes with the world. */
	dir: string;
	/** Of a PostgreSQL of the test's own. */
	adminUrl?: string;
	/** Who vouches for its boxes; https://devbox.test unless told. */
	publicUrl?: string;
};

export async function createWorkerWorld(o: { adminUrl?: string } = {}) {
	const dir = newDataDir();
	const endpoint = `simulated:file:${dir}/machine.json`;
	const world = await openWorld({
		...o,
		dir,
		installId: testInstallId,
		imageRef: "builtin:base@0",
		host: {
			engine: "simulated",
			endpoint,
			project: "p",
			profile: "box",
			pool: "p",
			vcpus: 8,
			memoryTotalMib: 65_536,
			memoryAvailableMib: 60_000,
			poolTotalGib: 500,
			poolUsedGib: 5,
			instancesMax: 200,
		},
	});
	return {
		...world,
		/** The host's machine: breaks and mends it, and shows what is there. */
		machine: simulatedMachine(endpoint),
	};
}

/** With a key-encryption key, as every install has. */
export function newDataDir(): string {
	const dir = mkdtempSync(path.join(tmpdir(), "devbox-worker-test-"));
	mkdirSync(path.dirname(keyFile(dir)));
	writeFileSync(keyFile(dir), newKeyLine(1), { mode: 0o600 });
	return dir;
}

/** Nothing is connected to it. */
const githubUrl = "https://github.test";
const keyFile = (dir: string) => path.join(dir, "keys/key-encryption-key");

export async function openWorld(o: WorldInput) {
	const { dir, installId } = o;
	const database = await createTestDatabase(o);
	const { db } = database;
	const { actor, hostId } = await seed(database, o);
	const hosts = openHosts({
		db,
		open: createHostOpener({ dataDir: dir, installId }),
		onProblem: (_, error) => {
			throw error;
		},
	});
	await hosts.refresh();
	const access = hosts.get(hostId);
	if (!access) throw new Error("The world's host is not open");
	const sealer = openEnvelopeSealer(parseKeyRing(readFileSync(keyFile(dir), "utf8"), keyFile(dir)));
	const issuer = openIssuer({ pool: db.pool, sealer, publicUrl: new URL(o.publicUrl ?? "https://devbox.test") });
	const github = openGithub({
		db,
		sealer,
		baseUrl: githubUrl,
		client: null,
		publicUrl: new URL("http://devbox.test"),
		returnOrigins: [],
		allowedAddresses: [],
		log: quietLog,
	});
	const mirrors = openMirrorStore({
		folder: path.join(dir, "mirrors"),
		guard: openAddressGuard({ allow: [] }),
		githubUrl,
		limits: mirrorLimits,
	});
	const workers: Worker[] = [];
	await db.listen(["run_ready"], () => {
		for (const worker of workers) worker.wake();
	});

	return {
		database,
		db,
		dir,
		installId,
		engine: access.engine,
		links: access.links,
		actor,
		hostId,
		hosts,
		worker(input: Partial<WorkerInput> = {}): Worker {
			const workerId = `worker-${newId("run")}`;
			const worker = openWorker({
				db,
				hosts,
				installId,
				sealer,
				issuer,
				github,
				githubUrl,
				mirrors,
				workerId,
				log: quietLog,
				...input,
			});
			workers.push(worker);
			return worker;
		},
		loopContext: (): LoopContext => ({
			db,
			hosts,
			installId,
			log: quietLog,
			signal: AbortSignal.timeout(30_000),
		}),
		sealer,
		issuer,
		/** `fields`: of the request, beside the name. */
		create: (
			name: string,
			fields: Omit<z.input<typeof createDevboxRequest>, "name"> = {},
			headers: z.input<typeof aiTokenHeaders> = {},
			/** Where `org/repo` is. */
			at = githubUrl,
			/** Another member than the world's own. */
			by: Partial<Actor> = {},
		) =>
			createDevbox(
				{ db, previewBase: null, sealer, issuer, githubUrl: at },
				{ ...actor, ...by },
				{
					body: createDevboxRequest.parse({ name, ...fields }),
					headers: aiTokenHeaders.parse(headers),
				},
			),
		row: (id: string) => db.prisma.devbox.findUniqueOrThrow({ where: { id } }),
		operations: (id: string) =>
			db.prisma.operation.findMany({ where: { devboxId: id }, orderBy: [{ createdAt: "asc" }, { position: "asc" }] }),
		untilState(id: string, state: DevboxState, deadlineMs?: number) {
			const look = async () => {
				const row = await db.prisma.devbox.findUniqueOrThrow({ where: { id } });
				return row.state === state ? row : null;
			};
			return until(`${id} is ${state}`, look, deadlineMs);
		},
		async close() {
			await Promise.all(workers.map((worker) => worker.stop({ graceMs: 0 })));
			await hosts.close();
			await database.close();
			rmSync(dir, { recursive: true, force: true });
		},
	};
}

async function seed({ db }: TestDatabase, { host, imageRef }: WorldInput): Promise<{ actor: Actor; hostId: string }> {
	const workspaceId = newId("workspace");
	const userId = newId("user");
	const hostId = newId("host");
	await db.prisma.workspace.create({ data: { id: workspaceId, name: "test", createdAt: new Date("2026-01-01") } });
	await db.prisma.user.create({ data: { id: userId, login: "ada" } });
	await db.prisma.member.create({ data: { workspaceId, userId, role: "owner", devboxQuota: 500 } });
	await db.prisma.image.create({
		data: { id: newId("image"), name: "builtin:base", ref: imageRef, description: "test", sizeBytes: 1n },
	});
	await db.prisma.host.create({ data: { id: hostId, name: "local", status: "online", ...host } });
	const scopes = roleScopes.owner;
	return {
		actor: {
			kind: "session",
			userId,
			login: "ada",
			workspaceId,
			role: "owner",
			scopes,
			credentialId: newId("session"),
			isProvider: false,
		},
		hostId,
	};
}

/** Polls until `look` answers something, for at most 30 s unless told. */
export async function until<T>(
	what: string,
	look: () => Promise<T | null | undefined | false> | T | null | false,
	deadlineMs = 30_000,
): Promise<T> {
	const deadline = performance.now() + deadlineMs;
	for (;;) {
		const found = await look();
		if (found) return found;
		if (performance.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain until ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
