/** Start, stop, freeze and thaw. The engine refuses what is done already; here that is success. */
import type { InstanceRef, InstanceStatus } from "../engine.ts";
import { isEngineError } from "./incus-errors.ts";
import { type IncusHost, instancePath, requireInstance, whenFree } from "./incus-host.ts";
import { instanceStatus } from "./instance-view.ts";

type StateAction = "start" | "stop" | "freeze" | "unfreeze";

const startTimeoutMs = 60_000;
const freezeTimeoutMs = 30_000;
/** The engine polls the freezer of cgroup v1 once a second: one freeze in twenty takes that long by itself. */
const freezeRoundMs = 2_000;
const forceTimeoutMs = 60_000;

export async function startInstance(host: IncusHost, o: InstanceRef): Promise<void> {
	await changeState(host, { ...o, action: "start", done: "running", timeoutMs: startTimeoutMs });
}

/**
 * On cgroup v1 a process that forks at the wrong moment keeps the box "freezing" for ever (its parent waits in the kernel for a child
 * that is frozen already, Linux 6.18), and the engine waits with it. Freezing once more catches the parent too.
 */
export async function freezeInstance(host: IncusHost, o: InstanceRef): Promise<void> {
	const endsAt = Date.now() + freezeTimeoutMs;
	for (;;) {
		try {
			return await changeState(host, { ...o, action: "freeze", done: "frozen", timeoutMs: freezeRoundMs });
		} catch (error) {
			if (!isEngineError(error, "timeout") || o.signal?.aborted || Date.now() > endsAt) throw error;
		}
	}
}

export async function thawInstance(host: IncusHost, o: InstanceRef): Promise<void> {
	const thaw = (): Promise<void> =>
		changeState(host, { ...o, action: "unfreeze", done: "running", timeoutMs: freezeTimeoutMs });
	try {
		await thaw();
	} catch (error) {
		// Half frozen: the engine takes it for running, and thaws it only when it is frozen for good.
		if (!isEngineError(error, "invalid") || (await statusOf(host, o)) !== "frozen") throw error;
		await freezeInstance(host, o);
		await thaw();
	}
}

export async function stopInstance(host: IncusHost, o: InstanceRef & { graceMs: number }): Promise<void> {
	const status = await statusOf(host, o);
	if (status === "stopped") return;
	if (o.graceMs > 0) {
		// A frozen box cannot hear a shutdown.
		if (status === "frozen") await thawInstance(host, o);
		if (await stopCleanly(host, o)) return;
	}
	await changeState(host, { ...o, action: "stop", done: "stopped", timeoutMs: forceTimeoutMs, isForced: true });
}

/** False when the box did not power off within the grace. */
async function stopCleanly(host: IncusHost, o: InstanceRef & { graceMs: number }): Promise<boolean> {
	const graceSeconds = Math.max(1, Math.ceil(o.graceMs / 1000));
	try {
		await changeState(host, {
			...o,
			action: "stop",
			done: "stopped",
			timeoutMs: graceSeconds * 1000 + forceTimeoutMs,
			graceSeconds,
		});
		return true;
	} catch (error) {
		// The box did not answer to the shutdown: the engine worked, so force is next. An engine that is away is not.
		if (isEngineError(error, "invalid", "timeout") && !o.signal?.aborted) return false;
		throw error;
	}
}

type StateChange = InstanceRef & {
	action: StateAction;
	/** The status that makes a refusal a success. */
	done: InstanceStatus;
	timeoutMs: number;
	graceSeconds?: number;
	isForced?: boolean;
};

async function changeState(host: IncusHost, o: StateChange): Promise<void> {
	await whenFree(host, o, async () => {
		try {
			await host.api.run({
				method: "PUT",
				path: instancePath(o.name, "/state"),
				json: { action: o.action, timeout: o.graceSeconds ?? -1, force: o.isForced ?? false, stateful: false },
				timeoutMs: o.timeoutMs,
				signal: o.signal,
			});
		} catch (error) {
			if (isEngineError(error, "not_found")) {
				await requireInstance(host, o);
				throw error;
			}
			if (!isEngineError(error, "invalid", "conflict")) throw error;
			const status = await statusOf(host, o);
			if (status === o.done) return;
			// Starting a frozen box is waking it.
			if (o.action === "start" && status === "frozen") return thawInstance(host, o);
			throw error;
		}
	});
}

export async function statusOf(host: IncusHost, o: InstanceRef): Promise<InstanceStatus> {
	return instanceStatus((await requireInstance(host, o)).status);
}
