/** Destroy: stop by force, delete, and only then say so. */
import { EngineError, type InstanceRef } from "../engine.ts";
import { isEngineError } from "./incus-errors.ts";
import { findInstance, type IncusHost, instancePath, waitForTasks, whenFree } from "./incus-host.ts";
import { stopInstance } from "./instance-power.ts";

const destroyTimeoutMs = 120_000;
/** A box that is started again between our stop and our delete is stopped again, this often. */
const destroyAttemptsMax = 5;

export async function destroyInstance(host: IncusHost, o: InstanceRef): Promise<void> {
	let refusal: unknown;
	for (let attempt = 0; attempt < destroyAttemptsMax; attempt++) {
		if (!(await findInstance(host, o))) {
			// A create that its caller gave up may be about to make it.
			await waitForTasks(host, { ...o, timeoutMs: destroyTimeoutMs });
			if (!(await findInstance(host, o))) return;
		}
		try {
			await stopInstance(host, { ...o, graceMs: 0 });
			await whenFree(host, { ...o, timeoutMs: destroyTimeoutMs }, () =>
				host.api.run({ method: "DELETE", path: instancePath(o.name), timeoutMs: destroyTimeoutMs, signal: o.signal }),
			);
			return;
		} catch (error) {
			// Gone meanwhile, or running again: the next round finds out which.
			if (!isEngineError(error, "not_found", "invalid", "conflict")) throw error;
			refusal = error;
		}
	}
	throw new EngineError("unavailable", `The engine keeps refusing to delete ${o.name}: ${reasonOf(refusal)}`, refusal);
}

function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
