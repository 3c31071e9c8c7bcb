/**
 * Looks, as long as the product runs, whether the host's rules still stand: `nft flush ruleset` (a restart of the distribution's own
 * nftables service does that) takes them away, and with them what keeps boxes from this host. They are put back, and somebody is told.
 */
import { setTimeout as delay } from "node:timers/promises";
import { applyFirewall, type FirewallInput, isFirewallApplied } from "./firewall.ts";

const everyMs = 5_000;
const lookTimeoutMs = 30_000;

export function keepFirewall(
	o: FirewallInput & { installId: string; say: (text: string) => void; everyMs?: number },
): () => Promise<void> {
	const stopping = new AbortController();
	const { signal } = stopping;
	let problem: string | null = null;

	async function look(): Promise<void> {
		const bounded = AbortSignal.any([signal, AbortSignal.timeout(lookTimeoutMs)]);
		const { ranges, resolvers } = o.filter;
		const opensToFilter = ranges.length > 0 || resolvers.length > 0;
		if (await isFirewallApplied({ installId: o.installId, opensToFilter, signal: bounded })) return;
		await applyFirewall({ ...o, signal: bounded, progress: () => undefined });
		o.say(
			"The firewall rules that keep devboxes from this host were gone, and are back. Whatever flushed them took the engine's too: what keeps a devbox from faking addresses comes back when it is stopped and started.",
		);
	}

	async function keep(): Promise<void> {
		while (!signal.aborted) {
			await delay(o.everyMs ?? everyMs, null, { signal, ref: false }).catch(() => undefined);
			if (signal.aborted) return;
			const seen: string | null = await look().then(
				() => null,
				(error: unknown) => (error instanceof Error ? error.message : String(error)),
			);
			if (seen !== null && seen !== problem && !signal.aborted)
				o.say(`The host's firewall rules could not be looked at or put back: ${seen}`);
			problem = seen;
		}
	}

	const running = keep();
	return async () => {
		stopping.abort();
		await running;
	};
}
