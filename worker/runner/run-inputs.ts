import type pg from "pg";
import { readDevboxInputs } from "../../lib/db/devbox-inputs.ts";
import { setupLimits } from "../../lib/domain/devbox-inputs.ts";

export type RunInputs = { setupCommands: string[]; setupTimeoutSeconds: number };

const nothing: RunInputs = { setupCommands: [], setupTimeoutSeconds: setupLimits.timeoutSecondsDefault };

/** What the box was asked to be set up with. */
export async function readRunInputs(o: { pool: pg.Pool; devboxId: string; patienceMs: number }): Promise<RunInputs> {
	return (await readDevboxInputs(o.pool, o)) ?? nothing;
}
