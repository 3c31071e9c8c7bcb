/** What only the worker is told by its environment. */
import { z } from "zod";
import { leaseDefaultMs } from "../lib/db/run-journal.ts";

const settings = z.object({
	/** Runs at once in this process. */
	DEVBOX_WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(8),
	/** How long a run stays with a worker that is not heard of, milliseconds. */
	DEVBOX_WORKER_LEASE_MS: z.coerce.number().int().min(200).max(300_000).default(leaseDefaultMs),
});

export type WorkerSettings = { concurrency: number; leaseMs: number };

/** Throws an Error that names the variable at fault. */
export function readWorkerSettings(env: Record<string, string | undefined>): WorkerSettings {
	const parsed = settings.safeParse(env);
	if (!parsed.success) {
		const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
		throw new Error(`The worker's environment is not right:\n${lines.join("\n")}`);
	}
	return { concurrency: parsed.data.DEVBOX_WORKER_CONCURRENCY, leaseMs: parsed.data.DEVBOX_WORKER_LEASE_MS };
}
