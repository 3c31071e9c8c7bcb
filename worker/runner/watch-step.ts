import { EngineError } from "../../lib/engines/engine.ts";
import type { Hosts } from "../hosts.ts";

const probeTimeoutMs = 3_000;

/** Null when the box's engine answers; otherwise what is being waited for. */
export async function hostOutage(hosts: Hosts, hostId: string | null): Promise<string | null> {
	if (!hostId) return null;
	const host = hosts.get(hostId);
	if (!host) return "Waiting for the devbox's host: this worker does not know it (yet).";
	const signal = AbortSignal.timeout(probeTimeoutMs);
	try {
		await raceSignal(host.engine.probe({ signal }), signal);
		return null;
	} catch (error) {
		const why = error instanceof EngineError ? error.message : "it does not answer";
		return `Waiting for the engine of host ${host.name}: ${why}. This goes on by itself when the engine is back.`;
	}
}

/** The promise, or the signal's reason as soon as it is aborted: a step that does not listen must not hold its run. */
export async function raceSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
	const { promise: aborted, reject } = Promise.withResolvers<never>();
	const onAbort = () => reject(signal.reason);
	if (signal.aborted) onAbort();
	signal.addEventListener("abort", onAbort, { once: true });
	try {
		return await Promise.race([promise, aborted]);
	} finally {
		signal.removeEventListener("abort", onAbort);
	}
}
