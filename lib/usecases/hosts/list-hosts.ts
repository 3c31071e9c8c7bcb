import type { HostResponse } from "../../contract/workspace.ts";
import { type HostRow, listHostRows } from "../../db/hosts.ts";
import type { Actor } from "../../domain/actor.ts";
import type { HostStatus } from "../../domain/placement.ts";
import type { Deps } from "../deps.ts";

export async function listHosts({ db }: Deps, _actor: Actor): Promise<{ data: HostResponse[] }> {
	const rows = await listHostRows(db);
	const data = rows.map((row) => ({
		id: row.id,
		name: row.name,
		engine: row.engine,
		engine_version: row.engineVersion,
		status: row.status as HostStatus,
		status_message: row.statusMessage,
		vcpus: row.vcpus,
		memory_total_mib: row.memoryTotalMib,
		memory_available_mib: row.memoryAvailableMib,
		pool_total_gib: row.poolTotalGib,
		pool_used_gib: row.poolUsedGib,
		instances_max: row.instancesMax,
		devbox_count: row.devboxCount,
		probed_at: row.probedAt?.toISOString() ?? null,
		filter: filterOf(row),
	}));
	return { data };
}

function filterOf(row: HostRow): HostResponse["filter"] {
	if (row.fenceAddress === null) return null;
	return {
		status: (row.filterStatus ?? "off") as "running" | "down" | "off",
		message: row.filterMessage,
		since: row.filterSince?.toISOString() ?? null,
		started_at: row.filterStartedAt?.toISOString() ?? null,
	};
}
