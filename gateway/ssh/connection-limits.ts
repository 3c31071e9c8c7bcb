/** How many strangers may knock at a time: per address and in all, and how often who never gets in. */
import { isIPv6 } from "node:net";

export const connectionBounds = {
	unauthenticatedPerAddress: 10,
	unauthenticatedMax: 100,
	connectionsMax: 2_000,
	/**
	 * Connections of one address that ended without a login: a bucket, and what it regains per minute. A client that tries again every
	 * second with a session that was revoked must not shut out who sits beside it.
	 */
	failuresMax: 120,
	failuresPerMinute: 120,
} as const;

export type Admission = {
	/** It has logged in: it counts among the strangers no more. */
	authenticated(): void;
	/** It has ended. */
	ended(): void;
};

export type ConnectionLimits = {
	/** Null: no more for now. */
	admit(address: string): Admission | null;
};

type Stranger = { open: number; failures: number; at: number };

const rememberedMax = 10_000;

export function openConnectionLimits(o: { now?: () => number } = {}): ConnectionLimits {
	const now = o.now ?? (() => performance.now());
	const strangers = new Map<string, Stranger>();
	let unauthenticated = 0;
	let connections = 0;

	function strangerOf(source: string): Stranger {
		const known = strangers.get(source) ?? { open: 0, failures: 0, at: now() };
		const regained = ((now() - known.at) / 60_000) * connectionBounds.failuresPerMinute;
		known.failures = Math.max(0, known.failures - regained);
		known.at = now();
		if (strangers.size >= rememberedMax) forgetIdle();
		strangers.set(source, known);
		return known;
	}

	function forgetIdle(): void {
		for (const [source, stranger] of strangers) if (stranger.open === 0) strangers.delete(source);
	}

	return {
		admit(address) {
			const stranger = strangerOf(sourceOf(address));
			if (
				connections >= connectionBounds.connectionsMax ||
				unauthenticated >= connectionBounds.unauthenticatedMax ||
				stranger.open >= connectionBounds.unauthenticatedPerAddress ||
				stranger.failures >= connectionBounds.failuresMax
			)
				return null;
			connections += 1;
			unauthenticated += 1;
			stranger.open += 1;
			let isStranger = true;
			let isOpen = true;
			const settle = () => {
				if (!isStranger) return;
				isStranger = false;
				unauthenticated -= 1;
				stranger.open -= 1;
			};
			return {
				authenticated: settle,
				ended() {
					if (!isOpen) return;
					isOpen = false;
					connections -= 1;
					if (isStranger) stranger.failures += 1;
					settle();
				},
			};
		},
	};
}

/** An IPv6 network is one source: whoever has one address of it has them all. */
function sourceOf(address: string): string {
	const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
	if (!isIPv6(plain)) return plain;
	const [head = "", tail = ""] = plain.split("::");
	const [first, last] = [head, tail].map((part) => part.split(":").filter(Boolean));
	const zeros = plain.includes("::") ? 8 - (first?.length ?? 0) - (last?.length ?? 0) : 0;
	return [...(first ?? []), ...Array(Math.max(0, zeros)).fill("0"), ...(last ?? [])].slice(0, 4).join(":");
}
