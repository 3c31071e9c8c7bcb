/** Why a box that should run is off. A pure decision over what can be known from outside. */
import type { InstanceStatus, InstanceView } from "../../lib/engines/engine.ts";

export type PowerLoss = { kind: "powered_off_inside" | "lost"; reason: string };

/** So many boxes of one host do not power off within one look by themselves. */
const togetherMin = 3;
const memoryFullMin = 0.95;

/**
 * - Its memory was full when it was last seen: its init was ended by the kernel; it comes back, and the reason names it.
 * - The engine knows that host or engine went down under it: it comes back.
 * - Its init ended in order: somebody inside powered it off, and that is a wish.
 * - The engine does not know: one box alone was powered off from inside; several at once were not.
 */
export function powerLoss(o: {
	lastStop: InstanceView["lastStop"];
	status: InstanceStatus;
	/** Boxes of the same host, this one with them, that were found off in the same look. */
	offTogether: number;
	/** Part of its memory limit that it used at the last look while it ran; null when not known. */
	memoryUsed: number | null;
}): PowerLoss {
	const hostWentDown: PowerLoss = {
		kind: "lost",
		reason: "It was off because its host or the host's engine had gone down; it was started again.",
	};
	if (o.status === "error") return { kind: "lost", reason: "Its engine reported an error; it was started again." };
	if (o.memoryUsed !== null && o.memoryUsed >= memoryFullMin)
		return { kind: "lost", reason: "It went off when its memory was used up (OOM kill); it was started again." };
	if (o.lastStop === "lost") return hostWentDown;
	if (o.lastStop === undefined && o.offTogether >= togetherMin) return hostWentDown;
	return { kind: "powered_off_inside", reason: "Powered off from inside." };
}
