import type { OperationResponse } from "../../contract/devboxes.ts";
import { listOperationRows } from "../../db/operations.ts";
import type { Actor } from "../../domain/actor.ts";
import type { OperationStatus } from "../../domain/pipelines.ts";
import type { Deps } from "../deps.ts";
import { iso } from "./devbox-response.ts";

export async function listOperations(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<{ data: OperationResponse[] }> {
	const rows = await listOperationRows(db, actor, input.params.id);
	const data = rows.map((row) => ({
		id: row.id,
		step: row.step,
		status: row.status as OperationStatus,
		message: row.message,
		created_at: row.createdAt.toISOString(),
		pipeline: row.run.pipeline,
		run_id: row.runId,
		attempts: row.attempts,
		started_at: iso(row.startedAt),
		finished_at: iso(row.finishedAt),
	}));
	return { data };
}
