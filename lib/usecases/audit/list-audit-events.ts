import type { AuditEventResponse, AuditFilters } from "../../contract/audit.ts";
import { listAuditRows } from "../../db/read-audit-events.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { badCursor } from "../page.ts";
import { toAuditEventResponse } from "./audit-event-response.ts";

type ListInput = { query: AuditFilters & { cursor?: string | undefined; limit: number } };

/** A cursor says only where in its own workspace's log to go on: one of another workspace opens nothing of that. */
export async function listAuditEvents(
	deps: Deps,
	actor: Actor,
	{ query }: ListInput,
): Promise<{ data: AuditEventResponse[]; next_cursor: string | null }> {
	const { cursor, limit, ...filter } = query;
	const before = cursor === undefined ? null : readSequenceCursor(cursor);
	const { rows, next } = await listAuditRows(deps.db, actor, { filter, before, limit });
	return { data: rows.map(toAuditEventResponse), next_cursor: next };
}

function readSequenceCursor(cursor: string): string {
	if (/^\d{1,18}$/.test(cursor)) return cursor;
	throw badCursor();
}
