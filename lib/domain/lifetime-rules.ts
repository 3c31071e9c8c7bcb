/** When a devbox is stopped for not being used, and when it is destroyed because its time is up. */

/** Seconds without use; null: never. */
export const idleTimeouts = { "15m": 900, "30m": 1_800, "1h": 3_600, "4h": 14_400, "8h": 28_800, never: null } as const;
export type IdleTimeout = keyof typeof idleTimeouts;
export const idleTimeoutNames = Object.keys(idleTimeouts) as IdleTimeout[];

export function idleTimeoutOf(seconds: number | null): IdleTimeout {
	return idleTimeoutNames.find((name) => idleTimeouts[name] === seconds) ?? "never";
}

const unitSeconds = { h: 3_600, d: 86_400, w: 604_800 } as const;
type Unit = keyof typeof unitSeconds;
const unitWords = { h: "hour", d: "day", w: "week" } as const satisfies Record<Unit, string>;

export const expiryDaysMax = 365;
const expiryPattern = /^([1-9]\d{0,3})([hdw])$/;

/** Null when `text` is a time to live: `never`, or hours, days or weeks as `8h`, `7d`, `2w`. */
export function expiryProblem(text: string): string | null {
	if (text === "never") return null;
	const seconds = parseExpiry(text);
	if (seconds === null) return "Say hours, days or weeks as 8h, 7d or 2w, or never.";
	return seconds <= expiryDaysMax * unitSeconds.d ? null : `At most ${expiryDaysMax} days, or never.`;
}

/** Seconds; null for `never`, and for what is none. */
export function parseExpiry(text: string): number | null {
	const [, count, unit] = expiryPattern.exec(text) ?? [];
	return count && unit ? Number(count) * unitSeconds[unit as Unit] : null;
}

/** The shortest way to write it: what was given as 24h is 1d. */
export function expiryOf(seconds: number | null): string {
	if (seconds === null) return "never";
	const unit = (["w", "d", "h"] as const).find((one) => seconds % unitSeconds[one] === 0) ?? "h";
	return `${Math.max(1, Math.round(seconds / unitSeconds[unit]))}${unit}`;
}

/** `7d` as "7 days", `30m` as "30 minutes". */
export function durationWords(text: string): string {
	const [, count, unit] = /^(\d+)([mhdw])$/.exec(text) ?? [];
	if (!count || !unit) return text;
	const word = unit === "m" ? "minute" : unitWords[unit as Unit];
	return `${count} ${word}${count === "1" ? "" : "s"}`;
}
