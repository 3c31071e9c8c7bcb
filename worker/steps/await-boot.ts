/**
 * A box has started when its own systemd answers over the link. The engine's "Success" says nothing: boxes were seen that died at
 * boot with it. Meanwhile the instance is watched from outside, so that a dead one is known at once and its console is read.
 */
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../lib/domain/errors.ts";
import { EngineError } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import { raceSignal } from "../runner/watch-step.ts";
import { type BootReport, bootScript, parseBootReport } from "./boot-script.ts";

const isUp: ReadonlySet<BootReport["state"]> = new Set(["starting", "running", "degraded"]);
const bootTimeoutMs = 90_000;
const linkPauseMs = 250;
const watchPauseMs = 1_000;
const inspectTimeoutMs = 5_000;
const consoleLinesMax = 40;

type Boot = { host: HostAccess; instance: string /** The box's host name. */; hostName: string; signal: AbortSignal };

/** Throws AppError `conflict` with the console's last lines when the box died or never came up. */
export async function awaitBoot(o: Boot): Promise<BootReport> {
	const ended = new AbortController();
	const deadline = AbortSignal.timeout(bootTimeoutMs);
	const signal = AbortSignal.any([o.signal, deadline, ended.signal]);
	try {
		return await Promise.race([askSystemd({ ...o, signal }), watchInstance({ ...o, signal })]);
	} catch (error) {
		if (deadline.aborted && !o.signal.aborted)
			throw await bootFailure(o, `did not come up within ${bootTimeoutMs / 1000} s`);
		throw error;
	} finally {
		ended.abort();
	}
}

async function askSystemd(o: Boot): Promise<BootReport> {
	const command = bootScript({ deadlineSeconds: bootTimeoutMs / 1000, identityName: o.hostName });
	for (;;) {
		o.signal.throwIfAborted();
		try {
			await untilRunIsMounted(o);
			const link = await o.host.links.get({ instance: o.instance, user: "root", signal: o.signal });
			const result = await link.run({ command, timeoutMs: bootTimeoutMs, signal: o.signal });
			const report = parseBootReport(result.stdout);
			if (isUp.has(report.state)) return report;
			throw await bootFailure(o, `came up wrong: its systemd says "${report.state}"`);
		} catch (error) {
			// Just after the start there may be no shell to talk to yet. Whether the box is dead, the watch tells.
			const isEarly = error instanceof AppError && (error.code === "unavailable" || error.code === "timeout");
			if (o.signal.aborted) throw error;
			if (isEarly || error instanceof EngineError) await throwIfDead(o);
			if (!isEarly) throw error;
			await delay(linkPauseMs, undefined, { signal: o.signal });
		}
	}
}

// systemd mounts its own /run early in the boot. A link that was begun before loses its host key with the old one, and the second try
// costs more than this look. `test` and `sleep` alone: a box that boots has no time for more.
const runIsMounted = "n=0; until [ -S /run/systemd/private ] || [ $n -ge 1000 ]; do n=$((n+1)); sleep 0.01; done";

async function untilRunIsMounted(o: Boot): Promise<void> {
	const stream = await o.host.engine.exec({ name: o.instance, command: ["sh", "-c", runIsMounted], signal: o.signal });
	try {
		stream.stdio.end();
		stream.stdio.resume();
		stream.stderr.resume();
		await raceSignal(stream.exit, o.signal);
	} finally {
		stream.kill();
	}
}

/** Never resolves: rejects when the instance is seen off. */
async function watchInstance(o: Boot): Promise<never> {
	for (;;) {
		await delay(watchPauseMs, undefined, { signal: o.signal });
		await throwIfDead(o);
	}
}

async function throwIfDead(o: Boot): Promise<void> {
	const view = await o.host.engine.inspect({ name: o.instance, signal: o.signal });
	if (view.status === "running" || view.status === "frozen") return;
	throw await bootFailure(o, "died at boot");
}

async function bootFailure(o: Boot, what: string): Promise<AppError> {
	const tail = await consoleTail(o);
	const text = tail ? `The end of its console:\n${tail}` : "Its console is empty.";
	return new AppError({ code: "conflict", message: `The machine ${what}. ${text}` });
}

async function consoleTail(o: Boot): Promise<string> {
	try {
		const signal = AbortSignal.timeout(inspectTimeoutMs);
		const view = await o.host.engine.inspect({ name: o.instance, console: true, signal });
		return (view.console ?? "").trimEnd().split("\n").slice(-consoleLinesMax).join("\n");
	} catch (error) {
		if (error instanceof EngineError) return `(it could not be read: ${error.message})`;
		throw error;
	}
}
