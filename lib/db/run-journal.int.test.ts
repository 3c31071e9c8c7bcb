import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { messageMaxBytes } from "../domain/pipelines.ts";
import { type ClaimedRun, LostClaimError } from "./claimed-run.ts";
import { openRunJournal, queueRun, type RunJournal } from "./run-journal.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
let count = 0;

beforeAll(async () => {
	database = await createTestDatabase();
	await database.db.pool.query(`
		INSERT INTO workspaces (id, name) VALUES ('wsp_1', 'w');
		INSERT INTO users (id, login) VALUES ('usr_1', 'ada');`);
});
afterAll(() => database.close());

async function insertDevbox(state = "requested"): Promise<string> {
	const id = `dbx_${++count}`;
	await database.db.pool.query(
		`INSERT INTO devboxes (id, workspace_id, owner_id, name, image, image_ref, size, state)
		VALUES ($1, 'wsp_1', 'usr_1', $2, 'i', 'i@1', 's', $3)`,
		[id, `box-${count}`, state],
	);
	return id;
}

async function insertQueued(): Promise<string> {
	const id = await insertDevbox();
	expect(
		await queueRun(database.db.pool, { devboxId: id, pipeline: "create-devbox", whileStates: ["requested"] }),
	).toBe(true);
	return id;
}

function journal(workerId: string, leaseMs = 20_000): RunJournal {
	return openRunJournal({ pool: database.db.pool, workerId, leaseMs });
}

async function claimOne(of: RunJournal): Promise<ClaimedRun> {
	const run = await of.claim();
	if (!run) throw new Error("Nothing to claim");
	return run;
}

async function firstOperation(run: ClaimedRun) {
	const [operation] = await run.readOperations();
	if (!operation) throw new Error("The run has no operations");
	return operation;
}

async function untilExpired(run: ClaimedRun): Promise<void> {
	const deadline = performance.now() + 10_000;
	for (;;) {
		const { rows } = await database.db.pool.query<{ expired: boolean }>(
			"SELECT lease_expires_at < now() AS expired FROM runs WHERE id = $1",
			[run.claim.runId],
		);
		if (rows[0]?.expired) return;
		if (performance.now() > deadline) throw new Error("The lease does not expire");
	}
}

async function endAll(): Promise<void> {
	await database.db.pool.query("UPDATE runs SET status = 'cancelled' WHERE status IN ('pending', 'running')");
}

describe("claim", () => {
	it("never gives one run to two workers, nor two runs of one box at the same time", async () => {
		const boxes = await Promise.all(Array.from({ length: 10 }, insertQueued));
		// A second open run for each box, as a stop beside a start that waits.
		for (const id of boxes)
			await database.db.pool.query("INSERT INTO runs (id, devbox_id, pipeline) VALUES ($1, $2, 'stop-devbox')", [
				`run_b_${id}`,
				id,
			]);
		const claims = await Promise.all(Array.from({ length: 40 }, (_, n) => journal(`w${n}`).claim()));
		const held = claims.filter((run) => run !== null).map((run) => run.claim);
		expect(new Set(held.map((claim) => claim.devboxId)).size).toBe(held.length);
		const { rows } = await database.db.pool.query("SELECT devbox_id FROM runs WHERE status = 'running'");
		expect(rows.length).toBe(held.length);
		expect(held.length).toBeGreaterThan(0);
		await endAll();
	});

	it("leaves a run alone that is not due, and takes the oldest that is", async () => {
		const first = await insertQueued();
		const second = await insertQueued();
		await database.db.pool.query("UPDATE runs SET not_before = now() + interval '1 hour' WHERE devbox_id = $1", [
			first,
		]);
		expect((await claimOne(journal("a"))).claim.devboxId).toBe(second);
		expect(await journal("b").claim()).toBeNull();
		await endAll();
	});

	it("skips boxes that the worker is still busy with", async () => {
		const id = await insertQueued();
		expect(await journal("a").claim({ exceptDevboxIds: [id] })).toBeNull();
		await endAll();
	});
});

describe("a claim that is held", () => {
	it("writes steps, waits and the end of its run, with messages cut to their last part and control characters shown", async () => {
		const id = await insertQueued();
		const run = await claimOne(journal("a"));
		const operation = await firstOperation(run);
		await run.begin({ id: operation.id, undo: true });
		await run.progress(operation.id, `first\n${"x".repeat(2 * messageMaxBytes)}\u001b[31mend\u0000`);
		const begun = await firstOperation(run);
		expect(begun).toMatchObject({ attempts: 1, undoNeeded: true, status: "pending" });
		expect(Buffer.byteLength(begun.message)).toBeLessThanOrEqual(messageMaxBytes);
		expect(begun.message.endsWith("\\x1b[31mend\\x00")).toBe(true);
		await run.change({ from: ["requested"], to: "provisioning" });
		await run.wait({ id: operation.id, message: "Waiting.", afterMs: 0, isAttempt: false });
		await expect(run.progress(operation.id, "late")).rejects.toThrow(LostClaimError);
		const again = await claimOne(journal("b"));
		expect(again.claim.devboxId).toBe(id);
		expect(await firstOperation(again)).toMatchObject({ attempts: 0, message: "Waiting." });
		await again.end({ status: "cancelled" });
	});

	it("does not move a box from a state in which it is not", async () => {
		await insertQueued();
		const run = await claimOne(journal("a"));
		await expect(run.change({ from: ["stopped"], to: "ready" })).rejects.toThrow(LostClaimError);
		await expect(run.change({ from: ["failed"], to: "ready" })).rejects.toThrow("cannot go from failed to ready");
		await run.end({ status: "cancelled" });
	});
});

describe("a claim that is lost", () => {
	it("writes nothing once its lease has expired, even when nobody took the run over", async () => {
		await insertQueued();
		const run = await claimOne(journal("a", 200));
		const operation = await firstOperation(run);
		await untilExpired(run);
		await expect(run.begin({ id: operation.id, undo: true })).rejects.toThrow(LostClaimError);
		await expect(run.change({ set: { power: "running" } })).rejects.toThrow(LostClaimError);
		await expect(run.end({ status: "success" })).rejects.toThrow(LostClaimError);
		expect(await firstOperation(run)).toMatchObject({ attempts: 0, undoNeeded: false });
		expect((await journal("a", 200).heartbeat([run.claim.runId])).size).toBe(0);
		await endAll();
	});

	it("is taken over by another worker, whose fence is higher", async () => {
		await insertQueued();
		const first = await claimOne(journal("a", 200));
		await untilExpired(first);
		const second = await claimOne(journal("b"));
		expect(second.claim.runId).toBe(first.claim.runId);
		expect(second.claim.fence).toBeGreaterThan(first.claim.fence);
		const operation = await firstOperation(second);
		await expect(first.begin({ id: operation.id, undo: true })).rejects.toThrow(LostClaimError);
		await second.begin({ id: operation.id, undo: true });
		await second.end({ status: "cancelled" });
	});

	it("is what the owner's DELETE makes of it: the fence alone ends it", async () => {
		const id = await insertQueued();
		const run = await claimOne(journal("a"));
		await database.db.pool.query("UPDATE devboxes SET fence = fence + 1, state = 'destroyed' WHERE id = $1", [id]);
		await expect(run.change({ set: { power: "running" } })).rejects.toThrow(LostClaimError);
		await endAll();
	});

	it("keeps its lease as long as it is heard of", async () => {
		await insertQueued();
		// Long enough that a busy machine's pause is not taken for silence.
		const of = journal("a", 1_500);
		const run = await claimOne(of);
		const until = performance.now() + 2_500;
		while (performance.now() < until) expect((await of.heartbeat([run.claim.runId])).size).toBe(1);
		expect(await journal("b").claim()).toBeNull();
		await of.handBack({ runId: run.claim.runId, afterMs: 0 });
		expect((await claimOne(journal("b"))).claim.runId).toBe(run.claim.runId);
		await endAll();
	});
});

describe("queueRun", () => {
	it("queues one run, however many ask at once", async () => {
		const id = await insertDevbox("destroyed");
		const asked = Array.from({ length: 10 }, () =>
			queueRun(database.db.pool, { devboxId: id, pipeline: "destroy-devbox", whileStates: ["destroyed"] }),
		);
		expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
		await endAll();
	});
});
