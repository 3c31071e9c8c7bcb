import type { SizeResponse } from "../../contract/workspace.ts";
import { listHostRows } from "../../db/hosts.ts";
import type { Actor } from "../../domain/actor.ts";
import { fitToHost, sizeNames, sizes } from "../../domain/sizes.ts";
import type { Deps } from "../deps.ts";

/** The sizes as the largest host here can give them: what one asks for is what one gets, or a notice says otherwise. */
export async function listSizes({ db }: Deps, _actor: Actor): Promise<{ data: SizeResponse[] }> {
	const hosts = (await listHostRows(db)).filter((host) => host.status !== "offline" && host.memoryTotalMib !== null);
	const largest = hosts.sort((a, b) => (b.memoryTotalMib ?? 0) - (a.memoryTotalMib ?? 0))[0];
	const data = sizeNames.map((name) => {
		if (!largest) return { name, ...toResponse(sizes[name]), notice: null };
		const { limits, notice } = fitToHost(name, {
			vcpus: largest.vcpus ?? 1,
			memoryMib: largest.memoryTotalMib ?? 0,
			diskGib: largest.poolTotalGib ?? 0,
		});
		return { name, ...toResponse(limits), notice };
	});
	return { data };
}

function toResponse(limits: { vcpus: number; memoryMib: number; diskGib: number }) {
	return { vcpus: limits.vcpus, memory_mib: limits.memoryMib, disk_gib: limits.diskGib };
}
