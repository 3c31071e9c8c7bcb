import type { HostIsolation } from "../../contract/isolation.ts";
import { dbCall } from "../../db/database.ts";
import { type HostIsolationRow, listHostIsolationRows } from "../../db/isolation-reports.ts";
import { daysBetween, isolationProblem, isolationStanding } from "../../domain/isolation-standing.ts";
import type { Deps } from "../deps.ts";
import { toIsolationSummary } from "./isolation-report-response.ts";

export async function listHostIsolation({ db }: Deps): Promise<{ data: HostIsolation[] }> {
	const at = new Date();
	const rows = await dbCall(() => listHostIsolationRows(db.pool, { at }));
	return { data: rows.map((row) => toHostIsolation(row, at)) };
}

export function toHostIsolation({ hostId, hostName, latest, open, audits }: HostIsolationRow, at: Date): HostIsolation {
	const { standing, isOverdue, nextAt } = isolationStanding(audits, at);
	const ageDays = latest?.finishedAt ? daysBetween(latest.finishedAt, at) : null;
	return {
		host: { id: hostId, name: hostName },
		standing,
		is_overdue: isOverdue,
		problem: isolationProblem({ standing, isOverdue, failed: latest?.failed ?? 0, ageDays }),
		next_at: nextAt?.toISOString() ?? null,
		latest: latest && toIsolationSummary(latest),
		open: open && toIsolationSummary(open),
	};
}
