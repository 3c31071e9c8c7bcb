/**
 * User ids of its own for each box. Where the engine uses idmapped mounts it costs nothing; where it does not, every copy's files
 * are rewritten on the first start (2 s instead of 0.2 s), and all boxes share one unprivileged range. The kernel's feature list
 * does not tell which it is (the engine may not use it on this file system): what a started instance has on disk does.
 */
import { z } from "zod";
import { type HostStage, hostNames } from "./host-names.ts";
import { type RootApi, readEngine } from "./root-api.ts";

const instancesSchema = z.array(z.object({ config: z.record(z.string(), z.string()) }));

/** True when a started instance of ours has its files unshifted on disk; null while none has been started yet. */
export async function mapsIdsOnMount(
	o: Pick<HostStage, "installId" | "signal"> & { root: RootApi },
): Promise<boolean | null> {
	const instances = await readEngine(o.root.inProject(hostNames(o.installId).project), {
		path: "/1.0/instances?recursion=1",
		schema: instancesSchema,
		signal: o.signal,
	});
	const onDisk = instances
		.filter((instance) => hasMap(instance.config["volatile.idmap.current"]))
		.map((instance) => instance.config["volatile.last_state.idmap"])
		.filter((map) => map !== undefined);
	return onDisk.length === 0 ? null : onDisk.every((map) => !hasMap(map));
}

function hasMap(value: string | undefined): boolean {
	return value !== undefined && value !== "" && value !== "[]";
}
