/**
 * When a box that rebooted by itself joins its tailnet again: at once the first time, later each time after that, so that one that
 * reboots in a loop does not flood the token exchange.
 */

/** After so long on its tailnet the reboots before are forgotten. */
const calmMs = 15 * 60_000;
const firstPauseMs = 15_000;
const longestPauseMs = 10 * 60_000;

/** `rejoins`: how often it did, one soon after the other. `settledMs`: how long ago its last join ended. */
export function rejoinAfter(o: { rejoins: number; settledMs: number }): { rejoins: number; afterMs: number } {
	if (o.rejoins === 0 || o.settledMs >= calmMs) return { rejoins: 0, afterMs: 0 };
	return { rejoins: o.rejoins, afterMs: Math.max(0, rejoinPauseMs(o.rejoins) - o.settledMs) };
}

/** What lies between the join before and the one that is the next after so many. */
export function rejoinPauseMs(rejoins: number): number {
	return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(rejoins - 1, 20));
}
