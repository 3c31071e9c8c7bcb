/**
 * A lock between processes of one machine. The kernel holds it for a small program whose standard input is a pipe of ours: when we
 * are killed, at whatever line, the pipe ends, the program ends, and the lock is free.
 */
import { spawn } from "node:child_process";
import { AppError } from "../domain/errors.ts";

export type FileLock = { release(): void };

/** Null when it is taken and `isPatient` is false; else waits as long as the signal lets it. */
export async function lockFile(o: {
	file: string;
	mode: "shared" | "exclusive";
	isPatient: boolean;
	signal?: AbortSignal;
}): Promise<FileLock | null> {
	o.signal?.throwIfAborted();
	const options = [o.mode === "shared" ? "--shared" : "--exclusive", ...(o.isPatient ? [] : ["--nonblock"])];
	const child = spawn("flock", [...options, o.file, "/bin/sh", "-c", "echo; exec cat >/dev/null"], {
		stdio: ["pipe", "pipe", "ignore"],
		// Ctrl-C at a terminal is ours to answer, not the lock's.
		detached: true,
	});
	child.stdin.on("error", () => undefined);
	const give = () => child.stdin.end();
	const isHeld = await new Promise<boolean>((resolve, reject) => {
		const onAbort = () => {
			child.kill("SIGKILL");
			reject(o.signal?.reason);
		};
		o.signal?.addEventListener("abort", onAbort, { once: true });
		child.once("error", (cause) => reject(missing(cause)));
		child.stdout.once("data", () => {
			o.signal?.removeEventListener("abort", onAbort);
			resolve(true);
		});
		child.once("close", () => {
			o.signal?.removeEventListener("abort", onAbort);
			resolve(false);
		});
	});
	if (isHeld) return { release: give };
	if (o.isPatient) throw missing(new Error(`flock ended with ${child.exitCode}`));
	return null;
}

function missing(cause: unknown): AppError {
	return new AppError({ code: "unavailable", message: "A lock file on this server could not be used.", cause });
}
