import type { HostIsolation } from "../../contract/isolation.ts";
import { dbCall } from "../../db/database.ts";
import { type HostIsolationRow, listHostIsolationRows } from "../../db/isolation-reports.ts";
import { isolationStanding } from "../../domain/isolation-standing.ts";
import type { Deps } from "../deps.ts";
import { toIsolationSummary } from "./isolation-report-response.ts";

export async function listHostIsolation({ db }: Deps): Promise<{ data: HostIsolation[] }> {
	const at = new Date();
	const rows = await dbCall(() => listHostIsolationRows(db.pool, { at }));
	return { data: rows.map((row) => toHostIsolation(row, at)) };
}

export function toHostIsolation({ hostId, hostName, latest, open, audits }: HostIsolationRow, at: Date): HostIsolation {
	const { standing, isOverdue, isNew, nextAt, problem } = isolationStanding(audits, at);
	return {
		host: { id: hostId, name: hostName },
		standing,
		is_overdue: isOverdue,
		is_new: isNew,
		problem,
		next_at: nextAt?.toISOString() ?? null,
		latest: latest && toIsolationSummary(latest),
		open: open && toIsolationSummary(open),
	};
}
