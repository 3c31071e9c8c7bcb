import type { ExecResponse } from "../../contract/execs.ts";
import { getDevboxRow } from "../../db/devboxes.ts";
import { listExecRows } from "../../db/execs.ts";
import type { Actor } from "../../domain/actor.ts";
import type { ExecStatus } from "../../domain/exec.ts";
import type { ExecDeps } from "../deps.ts";
import { type Page, readCursor, writeCursor } from "../page.ts";
import { toExecResponse } from "./exec-response.ts";

type ListInput = {
	params: { id: string };
	query: { cursor?: string | undefined; limit: number; status?: ExecStatus | undefined };
};

/** Newest first. Of a detached one that still runs, the bytes are those of the last look into the box. */
export async function listExecs(
	deps: ExecDeps,
	actor: Actor,
	{ params, query }: ListInput,
): Promise<Page<ExecResponse>> {
	const { limit, status = null } = query;
	const before = query.cursor === undefined ? null : readCursor(query.cursor);
	const { id: devboxId } = await getDevboxRow(deps.db, actor, params.id);
	const rows = await listExecRows(deps.db, { devboxId, before, limit: limit + 1, status });
	const page = rows.slice(0, limit);
	const last = rows.length > limit ? page.at(-1) : undefined;
	const known = page.map((row) => deps.execs.find(row.id) ?? row);
	// One that has just ended may stand as running in its row.
	const data = known.filter((record) => status === null || record.status === status).map(toExecResponse);
	return { data, next_cursor: last ? writeCursor(last) : null };
}
