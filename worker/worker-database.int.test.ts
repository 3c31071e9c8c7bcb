import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPostgres, type TestPostgres } from "../lib/db/test-postgres.ts";
import { instanceName } from "../lib/domain/ids.ts";
import { deleteDevbox } from "../lib/usecases/devboxes/delete-devbox.ts";
import { createEngineWorld, type EngineWorld } from "./testing/engine-world.ts";
import type { WorkerMain } from "./testing/worker-main.ts";
import { createWorkerWorld, until } from "./testing/worker-world.ts";

let server: TestPostgres;
beforeAll(async () => {
	server = await startTestPostgres();
});
afterAll(() => server.stop());

describe("PostgreSQL restarted under load", () => {
	it("loses nothing and does nothing twice", async () => {
		const world = await createWorkerWorld({ adminUrl: server.adminUrl });
		for (let n = 0; n < 2; n++) world.worker({ leaseMs: 2_000 });
		const ids: string[] = [];
		for (let n = 0; n < 30; n++) ids.push((await world.create(`loaded-${n}`)).id);
		for (let round = 0; round < 3; round++) {
			await server.restart();
			await until("the work goes on", async () => {
				const done = await world.db.prisma.operation
					.count({ where: { devboxId: { in: ids }, status: "success" } })
					.catch(() => 0);
				return done > round * 10;
			});
		}
		await until("all are ready", async () => {
			const ready = await world.db.prisma.devbox.count({ where: { id: { in: ids }, state: "ready" } });
			return ready === ids.length;
		});
		const machines = world.machine.instances();
		expect(machines.map((machine) => machine.labels.devboxId).sort()).toEqual(ids.toSorted());
		expect(machines.every((machine) => machine.boots === 1)).toBe(true);
		expect(await world.db.prisma.operation.count({ where: { status: "success" } })).toBe(5 * ids.length);
		await world.close();
	});
});

describe("PostgreSQL restarted while boxes are made and destroyed on a real engine", () => {
	let world: EngineWorld;
	beforeAll(async () => {
		world = await createEngineWorld({ adminUrl: server.adminUrl });
	});
	afterAll(() => world?.close());

	const destroy = (id: string) => deleteDevbox({ db: world.db, previewBase: null }, world.actor, { params: { id } });

	/** Asks until it is taken, as a client does that is told to try again; what was taken unheard answers `name_taken`. */
	async function createPatiently(name: string): Promise<void> {
		await until(`${name} is asked for`, async () => {
			const error = await world.create(name).then(
				() => null,
				(thrown: { code?: string }) => thrown,
			);
			if (error && error.code !== "unavailable" && error.code !== "name_taken") throw error;
			return error?.code !== "unavailable";
		});
	}

	/** Successful steps, or 0 while the database is away. */
	const stepsDone = () => world.db.prisma.operation.count({ where: { status: "success" } }).catch(() => 0);

	/** Every box, once each is ready or gone for good. */
	function untilSettled() {
		const look = async () => {
			const all = await world.db.prisma.devbox.findMany();
			const failed = all.find((row) => row.state === "failed");
			if (failed) throw new Error(`${failed.name} failed: ${failed.reason}`);
			return all.every((row) => (row.state === "destroyed" ? row.releasedAt : row.state === "ready")) && all;
		};
		return until("all is done", look, 90_000);
	}

	/** What has not ended, for the message of a test that failed. */
	async function unsettled(): Promise<string> {
		const runs = await world.db.prisma.run.findMany({ where: { status: { in: ["pending", "running"] } } });
		const operations = await world.db.prisma.operation.findMany({ where: { status: "pending" } });
		return JSON.stringify({ now: new Date(), runs, operations }, null, 1);
	}

	it("loses nothing and does nothing twice: the engine has one machine for each box, each made and started once", async () => {
		const watch = await world.host.watch();
		const workers: WorkerMain[] = [];
		for (let n = 0; n < 2; n++) workers.push(await world.startWorker({ DEVBOX_WORKER_LEASE_MS: "3000" }));
		const doomed = (await Promise.all(["a", "b", "c"].map((name) => world.create(name)))).map(({ id }) => id);
		for (const id of doomed) await world.untilState(id, "ready");
		let done = await stepsDone();
		await Promise.all([...["d", "e", "f"].map((name) => world.create(name)), ...doomed.map(destroy)]);
		for (const name of ["g", "h", "i"]) {
			await Promise.all([server.restart(), createPatiently(name)]);
			await until("the work goes on", async () => (await stepsDone()) > done);
			done = await stepsDone();
		}
		const rows = await untilSettled().catch(async (error: Error) => {
			const said = workers.flatMap((worker) => worker.said().split("\n")).filter((line) => !line.includes('"info"'));
			throw new Error(`${error.message}\n${await unsettled()}\n${said.join("\n").slice(-20_000)}`, { cause: error });
		});
		expect(rows.filter((row) => row.releasedAt).map((row) => row.id)).toEqual(expect.arrayContaining(doomed));
		const living = rows.filter((row) => !row.releasedAt);
		expect(living.map((row) => row.name).sort()).toEqual(["d", "e", "f", "g", "h", "i"]);
		expect([...(await world.host.instances()).keys()].sort()).toEqual(living.map(({ id }) => instanceName(id)).sort());
		for (const { id, releasedAt } of rows) {
			const count = (action: Parameters<typeof watch.count>[0]["action"]) =>
				watch.count({ instance: instanceName(id), action });
			expect([count("instance-created"), count("instance-started")]).toEqual([1, 1]);
			expect(count("instance-deleted")).toBe(releasedAt ? 1 : 0);
		}
		expect(await stepsDone()).toBe(5 * rows.length + doomed.length);
		for (const { id } of living) expect(await world.answer(id, "devbox")).toBe("devbox\n");
		watch.close();
	});
});
