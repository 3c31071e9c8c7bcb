/**
 * What a worker may write about the one run that it holds. Each write is one statement that first locks the box's row and checks
 * that the run is still claimed by this worker, that its lease has not expired and that the box's fence has not moved: a worker
 * that was stopped and wakes later, or whose box was destroyed meanwhile, writes nothing and gets `LostClaimError`.
 */
import type pg from "pg";
import { canTransition, type DevboxState, type PowerState } from "../domain/devbox-state.ts";
import type { OperationStatus, PipelineName } from "../domain/pipelines.ts";
import { forgetAiTokensCte, type SettledAiTokens, settleAiTokensCte } from "./devbox-inputs.ts";
import { boundMessage } from "./operation-message.ts";
import { queryPatiently } from "./patient-query.ts";
import { type RunDevbox, type RunOperation, readRunDevbox, readRunOperations } from "./run-rows.ts";

export type RunClaim = { runId: string; devboxId: string; pipeline: PipelineName; workerId: string; fence: number };

/** Another worker, or the user's DELETE, took the box over. The only right thing to do is to stop at once. */
export class LostClaimError extends Error {
	constructor(claim: RunClaim) {
		super(`Run ${claim.runId} of ${claim.devboxId} is not held any more (fence ${claim.fence})`);
		this.name = "LostClaimError";
	}
}

/** Columns of a devbox that a step may set. Times are the database's: `"now"` or so many milliseconds from now. */
export type DevboxPatch = {
	power?: PowerState;
	desiredState?: "running" | "stopped";
	reason?: string | null;
	hostId?: string;
	address?: string | null;
	vcpus?: number;
	memoryMib?: number;
	diskGib?: number;
	notice?: string | null;
	readyAt?: "now";
	releasedAt?: "now";
	keepForMs?: number | null;
};

export type DevboxChange = { from?: readonly DevboxState[]; to?: DevboxState; set?: DevboxPatch };
export type RunEnd = "success" | "failed" | "cancelled";
type Begin = { id: string; undo: boolean };

export type ClaimedRun = {
	readonly claim: RunClaim;
	readDevbox(): Promise<RunDevbox>;
	readOperations(): Promise<RunOperation[]>;
	/** The step starts (again): counts the attempt, and notes that its undo is needed before it acts. */
	begin(step: Begin): Promise<void>;
	/** Replaces the message of the step that runs. */
	progress(operationId: string, message: string): Promise<void>;
	/** The step succeeded; in the same write the next one begins, the box changes, its AI tokens are in it and forgotten here, or the run ends. */
	finish(o: {
		id: string;
		message: string;
		next?: Begin;
		box?: DevboxChange;
		end?: RunEnd;
		aiTokens?: SettledAiTokens;
	}): Promise<void>;
	/** The run goes back to the queue, due in `afterMs`. A wait for something that is away is no attempt. */
	wait(o: { id: string; message: string; afterMs: number; isAttempt: boolean; box?: DevboxChange }): Promise<void>;
	/** The step failed for good: it says why, and the steps that never ran are `deleted`. AI tokens are for nobody then. */
	fail(o: { id: string; message: string; skipped: readonly string[] }): Promise<void>;
	/** The effect of a failed run's step is taken back. */
	undone(operationId: string): Promise<void>;
	/** Compare-and-set on (id, from, fence). */
	change(box: DevboxChange): Promise<void>;
	end(o: { status: RunEnd; box?: DevboxChange; deleted?: readonly string[] }): Promise<void>;
};

/** Guard of every write; its parameters are run, worker and fence. */
export const heldCte = `held AS (
	SELECT d.id FROM devboxes d JOIN runs r ON r.devbox_id = d.id
	WHERE r.id = $1 AND r.claimed_by = $2 AND r.status = 'running' AND r.lease_expires_at > clock_timestamp() AND d.fence = $3
	FOR NO KEY UPDATE OF d
)`;

const operationsCte = `ops AS (
	UPDATE operations op SET
		status = coalesce(w.status, op.status),
		message = coalesce(w.message, op.message),
		undo_needed = coalesce(w.undo, op.undo_needed),
		attempts = greatest(0, op.attempts + coalesce(w.attempts, 0)),
		started_at = CASE WHEN w.attempts = 1 THEN coalesce(op.started_at, clock_timestamp()) ELSE op.started_at END,
		finished_at = CASE WHEN w.status IS NULL THEN op.finished_at ELSE clock_timestamp() END
	FROM box, jsonb_to_recordset($4::jsonb) AS w (id text, status text, message text, undo boolean, attempts int)
	WHERE op.id = w.id AND op.devbox_id = box.id
)`;

const runCte = `run AS (
	UPDATE runs r SET
		status = $5, claimed_by = NULL, lease_expires_at = NULL,
		not_before = now() + coalesce($6::float8, 0) * interval '1 millisecond',
		finished_at = CASE WHEN $5 = 'pending' THEN NULL ELSE now() END
	FROM box WHERE r.id = $1 AND $5::text IS NOT NULL
)`;

type OperationWrite = { id: string; status?: OperationStatus; message?: string; undo?: boolean; attempts?: 1 | -1 };
type Write = {
	operations?: OperationWrite[];
	box?: DevboxChange;
	run?: { status: RunEnd | "pending"; afterMs?: number };
	aiTokens?: SettledAiTokens | "forget";
};

export function openClaimedRun(o: { pool: pg.Pool; claim: RunClaim; patienceMs: number }): ClaimedRun {
	const { claim, pool, patienceMs } = o;

	async function write(w: Write): Promise<void> {
		const values: unknown[] = [
			claim.runId,
			claim.workerId,
			claim.fence,
			JSON.stringify((w.operations ?? []).map(boundedWrite)),
			w.run?.status ?? null,
			w.run?.afterMs ?? null,
		];
		const parts = [heldCte, boxCte(w.box, values), operationsCte, runCte];
		if (w.aiTokens) parts.push(w.aiTokens === "forget" ? forgetAiTokensCte : settleAiTokensCte(w.aiTokens, values));
		const text = `WITH ${parts.join(", ")} SELECT id FROM box`;
		const { rowCount } = await queryPatiently(pool, { text, values, patienceMs });
		if (!rowCount) throw new LostClaimError(claim);
	}
	const begun = (step: Begin): OperationWrite => ({
		id: step.id,
		message: "",
		attempts: 1,
		...(step.undo ? { undo: true } : {}),
	});

	return {
		claim,
		readDevbox: () => readRunDevbox(pool, { devboxId: claim.devboxId, patienceMs }),
		readOperations: () => readRunOperations(pool, { runId: claim.runId, patienceMs }),
		begin: (step) => write({ operations: [begun(step)] }),
		progress: (id, message) => write({ operations: [{ id, message }] }),
		finish: ({ id, message, next, box, end, aiTokens }) =>
			write({
				operations: [{ id, status: "success", message }, ...(next ? [begun(next)] : [])],
				box,
				run: end && { status: end },
				aiTokens,
			}),
		wait: ({ id, message, afterMs, isAttempt, box }) =>
			write({
				operations: [{ id, message, ...(isAttempt ? {} : { attempts: -1 }) }],
				box,
				run: { status: "pending", afterMs },
			}),
		fail: ({ id, message, skipped }) =>
			write({ operations: [{ id, status: "failed", message }, ...skipped.map(deleted)], aiTokens: "forget" }),
		undone: (id) => write({ operations: [{ id, undo: false }] }),
		change: (box) => write({ box }),
		end: (e) => write({ box: e.box, operations: e.deleted?.map(deleted), run: { status: e.status } }),
	};
}

const deleted = (id: string): OperationWrite => ({ id, status: "deleted" });

function boundedWrite(w: OperationWrite): OperationWrite {
	return w.message === undefined ? w : { ...w, message: boundMessage(w.message) };
}

const patchColumns = {
	power: "power",
	desiredState: "desired_state",
	reason: "reason",
	hostId: "host_id",
	address: "address",
	vcpus: "vcpus",
	memoryMib: "memory_mib",
	diskGib: "disk_gib",
	notice: "notice",
} as const satisfies Partial<Record<keyof DevboxPatch, string>>;

/** The part of the statement that changes the devbox; without a change it only names the row. Adds its parameters to `values`. */
export function boxCte(box: DevboxChange | undefined, values: unknown[]): string {
	if (!box) return "box AS (SELECT id FROM held)";
	const parameter = (value: unknown) => `$${values.push(value)}`;
	const patch = box.set ?? {};
	const sets = ["updated_at = now()"];
	for (const [key, column] of Object.entries(patchColumns)) {
		const value = patch[key as keyof typeof patchColumns];
		if (value !== undefined) sets.push(`${column} = ${parameter(value)}`);
	}
	if (patch.readyAt) sets.push("ready_at = coalesce(d.ready_at, now())");
	if (patch.releasedAt) sets.push("released_at = coalesce(d.released_at, now())");
	if (patch.keepForMs !== undefined)
		sets.push(`keep_until = now() + ${parameter(patch.keepForMs)}::float8 * interval '1 millisecond'`);
	if (box.to) sets.push(`state = ${parameter(box.to)}`);
	const where = ["d.id = held.id"];
	if (box.from) where.push(`d.state = ANY(${parameter(allowedFrom(box))}::text[])`);
	return `box AS (UPDATE devboxes d SET ${sets.join(", ")} FROM held WHERE ${where.join(" AND ")} RETURNING d.id)`;
}

/** A write that is repeated after a lost connection finds the state that it wanted: that is success too. */
function allowedFrom({ from = [], to }: DevboxChange): DevboxState[] {
	if (!to) return [...from];
	for (const state of from)
		if (state !== to && !canTransition(state, to)) throw new Error(`A devbox cannot go from ${state} to ${to}`);
	return [...from, to];
}
