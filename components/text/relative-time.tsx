"use client";
import { formatAge, formatExact, formatRelative } from "./format-time.ts";
import { useNow } from "./use-now.ts";

type RelativeTimeProps = { at: string; style?: "age" | "sentence" };

/** Relative, exact on hover. */
export function RelativeTime({ at, style = "sentence" }: RelativeTimeProps) {
	const now = useNow("halfMinute");
	const atMs = Date.parse(at);
	if (now === null) return <time dateTime={at} />;
	const text = style === "age" ? formatAge(atMs, now) : formatRelative(atMs, now);
	return (
		<time dateTime={at} title={formatExact(atMs)}>
			{text}
		</time>
	);
}
