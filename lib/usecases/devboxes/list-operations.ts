import type { OperationResponse } from "../../contract/devboxes.ts";
import { listOperationRows, type OperationRow } from "../../db/operations.ts";
import type { Actor } from "../../domain/actor.ts";
import type { OperationStatus } from "../../domain/pipelines.ts";
import type { Deps } from "../deps.ts";
import { type Page, type PageQuery, type Place, takePage } from "../page.ts";
import { iso } from "./devbox-response.ts";

export async function listOperations(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string }; query: PageQuery },
): Promise<Page<OperationResponse>> {
	const rows = await listOperationRows(db, actor, input.params.id);
	const page = takePage(rows, input.query, { order: "oldest", placeOf: placeOfOperation });
	const data = page.rows.map((row) => ({
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
	return { data, next_cursor: page.nextCursor };
}

/** Those of one run are made at once: there it is the position that orders. */
function placeOfOperation({ createdAt, position, id }: OperationRow): Place {
	return { createdAt, id: `${String(position).padStart(3, "0")}-${id}` };
}
