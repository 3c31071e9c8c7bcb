/** Which rows of commands are open, the one that was turned to last at the end, and which of them are followed. */
import type { ExecResponse } from "@/lib/contract/execs.ts";

/** Each holds a connection, and over HTTP/1 browsers give an origin six, those of other tabs included. */
const followedMax = 2;

export function turnTo(opened: readonly string[], id: string): readonly string[] {
	return [...opened.filter((other) => other !== id), id];
}

export function close(opened: readonly string[], id: string): readonly string[] {
	return opened.filter((other) => other !== id);
}

/**
 * The open ones whose output is read: all that have ended, the last few of those that run, and every attached one, which would end
 * a while after its last reader has gone.
 */
export function readExecs(
	opened: readonly string[],
	execs: readonly Pick<ExecResponse, "id" | "status" | "mode">[],
): ReadonlySet<string> {
	const mayPause = ({ status, mode }: (typeof execs)[number]) => status === "running" && mode === "detached";
	const running = new Set(execs.filter(mayPause).map(({ id }) => id));
	const followed = opened.filter((id) => running.has(id)).slice(-followedMax);
	return new Set([...opened.filter((id) => !running.has(id)), ...followed]);
}
