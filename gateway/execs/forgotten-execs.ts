/**
 * Rows of this gateway that say `running` of what it does not hold: PostgreSQL was away for long when it ended, or when it could not
 * be started. They would count as running for as long as the gateway lives.
 */
import type { ExecRecord } from "../../lib/domain/exec.ts";
import type { Log } from "../../lib/log/log.ts";

/** Starting one takes less. */
const youngMs = 60_000;
const turnMs = 30_000;

export type ForgottenExecs = { turn(): Promise<void>; close(): void };

export function openForgottenExecs(o: {
	/** Those that run as far as their rows know, made before then by this process's clock, which also dated the rows. */
	read: (before: Date) => Promise<ExecRecord[]>;
	/** It runs here, or its end is being written. */
	isHeld: (id: string) => boolean;
	settle: (record: ExecRecord) => Promise<void>;
	log: Log;
}): ForgottenExecs {
	/** Unknown at the last turn. One whose row was only just written is begun before the next. */
	let suspects = new Set<string>();
	let isTurning = false;

	async function turn(): Promise<void> {
		if (isTurning) return;
		isTurning = true;
		try {
			const unknown = (await o.read(new Date(Date.now() - youngMs))).filter(({ id }) => !o.isHeld(id));
			const forgotten = unknown.filter(({ id }) => suspects.has(id));
			suspects = new Set(unknown.map(({ id }) => id));
			await Promise.all(forgotten.map(o.settle));
		} catch (error) {
			o.log.debug({ err: error }, "the execs of this gateway could not be looked at");
		} finally {
			isTurning = false;
		}
	}

	const timer = setInterval(() => void turn(), turnMs);
	timer.unref();
	return { turn, close: () => clearInterval(timer) };
}
