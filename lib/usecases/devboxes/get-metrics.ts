import type { MetricsResponse } from "../../contract/devbox-machine.ts";
import { listMetricRows } from "../../db/metrics.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";

export async function getMetrics(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<MetricsResponse> {
	const rows = await listMetricRows(db, actor, input.params.id);
	const data = rows.map((row) => ({
		at: row.at.toISOString(),
		cpu_percent: row.cpuPercent,
		memory_bytes: Number(row.memoryBytes),
		disk_bytes: row.diskBytes === null ? null : Number(row.diskBytes),
	}));
	return { data };
}
