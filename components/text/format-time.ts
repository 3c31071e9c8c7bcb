const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Short, for tables: `now`, `42s`, `5m`, `3h`, `12d`, `2y`. */
export function formatAge(fromMs: number, nowMs: number): string {
	const ms = Math.max(0, nowMs - fromMs);
	if (ms < 5_000) return "now";
	if (ms < minuteMs) return `${Math.floor(ms / 1000)}s`;
	if (ms < hourMs) return `${Math.floor(ms / minuteMs)}m`;
	if (ms < dayMs) return `${Math.floor(ms / hourMs)}h`;
	if (ms < 365 * dayMs) return `${Math.floor(ms / dayMs)}d`;
	return `${Math.floor(ms / (365 * dayMs))}y`;
}

/** For sentences: `just now`, `5m ago`, `in 42m`. */
export function formatRelative(atMs: number, nowMs: number): string {
	if (atMs > nowMs + 5_000) return `in ${formatAge(nowMs, atMs)}`;
	const age = formatAge(atMs, nowMs);
	return age === "now" ? "just now" : `${age} ago`;
}

/** How long something took: `0.4s`, `12s`, `3m 05s`, `2h 10m`. */
export function formatDuration(ms: number): string {
	if (ms < 0) return "0.0s";
	if (ms < 9_950) return `${(ms / 1000).toFixed(1)}s`;
	const seconds = Math.round(ms / 1000);
	if (seconds < 60) return `${seconds}s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, "0")}s`;
	return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}

/** The whole seconds that something runs already: it must not jump in tenths. */
export function formatElapsed(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}

/** Exact, in the viewer's own time zone. */
export function formatExact(atMs: number): string {
	return new Date(atMs).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
}
