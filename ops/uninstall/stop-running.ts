import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../lib/domain/errors.ts";
import type { Install } from "../install/install.ts";
import { lockHolder } from "../install/start-lock.ts";

const stopTimeoutMs = 30_000;

/** Asks the start that holds the lock to end, and waits for it. @throws AppError `timeout` */
export async function stopRunning(install: Install, pid: number): Promise<void> {
	try {
		process.kill(pid, "SIGTERM");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
	const until = Date.now() + stopTimeoutMs;
	while ((await lockHolder(install)) !== null) {
		if (Date.now() > until) {
			throw new AppError({
				code: "timeout",
				message: `Process ${pid} does not stop. End it: kill -9 ${pid}, then run this again.`,
			});
		}
		await delay(100);
	}
}
