import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPostgres, type TestPostgres } from "../lib/db/test-postgres.ts";
import { createWorkerWorld, until, type WorkerWorld } from "./testing/worker-world.ts";

let server: TestPostgres;
let world: WorkerWorld;
beforeAll(async () => {
	server = await startTestPostgres();
	world = await createWorkerWorld({ adminUrl: server.adminUrl });
});
afterAll(async () => {
	await world.close();
	await server.stop();
});

describe("PostgreSQL restarted under load", () => {
	it("loses nothing and does nothing twice", async () => {
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
	});
});
