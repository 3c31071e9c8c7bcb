/** What an audit does not try on a host, and why: a promise that nobody looked at must not read as one that is kept. */
import type { AttemptResult, IsolationPromise } from "./isolation.ts";
import type { HostPlace } from "./isolation-battery.ts";

type Gap = { id: string; promise: IsolationPromise; mode: AttemptResult["mode"]; note: string };

const noFence = "The host has no fence: devboxes there take no network policy, and nothing enforces one.";

export function untried(o: {
	isFenced: boolean;
	/** Where the host listened for it. */
	host: readonly HostPlace[];
	/** Addresses of the host that it did not listen on. */
	leftOut: readonly string[];
}): AttemptResult[] {
	const filtered = ["listed", "unlisted", "dns", "denied"] as const;
	const gaps: Gap[] = [
		...(o.isFenced
			? []
			: filtered.map((promise) => ({ id: promise, promise, mode: "enforce" as const, note: noFence }))),
		{
			...{ id: "private-addresses", promise: "denied", mode: "open" },
			note: "On the open network nothing would keep such a packet on the host if the rule were missing.",
		},
		...(o.host.length > 0
			? []
			: [
					{
						...({ id: "host-addresses", promise: "host", mode: "open" } as const),
						note: "The worker does not run on this host, or the host has no fence: nothing of ours listens on its addresses.",
					},
				]),
		...o.leftOut.map((address) => ({
			...({ id: `host-${address}`, promise: "host", mode: "open" } as const),
			note: "The host has more addresses than an audit tries.",
		})),
	];
	return gaps.map((gap) => ({
		...gap,
		...{ user: "root", command: "", expected: "blocked", seen: "", control: null },
		...{ result: "not_applicable", durationMs: 0 },
	}));
}
