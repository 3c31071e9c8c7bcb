/**
 * Logs are JSON lines on stdout. Secrets are `SecretText` wherever they travel, and print as `[redacted]` by themselves: there is no
 * list of names here. Texts of clients may stand in a line, so each is bounded, and whatever would steer a terminal is escaped.
 */
import { type Logger, pino } from "pino";

export type Log = Logger;

/** Characters of one text, entries of one object or list, and depth of both. */
const textMax = 4_096;
const entriesMax = 100;
const depthMax = 6;

/** What JSON leaves as it is: DEL, C1 controls, separators of lines, marks that turn the direction of writing around. */
const steering = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

export function openLog(
	name: string,
	o: { level?: string | undefined; destination?: { write(line: string): void } } = {},
): Log {
	const options = {
		name,
		level: o.level ?? process.env.LOG_LEVEL ?? "info",
		timestamp: pino.stdTimeFunctions.isoTime,
		formatters: {
			level: (label: string) => ({ level: label }),
			log: (fields: Record<string, unknown>) => bounded(fields, 0) as Record<string, unknown>,
		},
		hooks: { streamWrite: (line: string) => line.replace(steering, escaped) },
	};
	return o.destination ? pino(options, o.destination) : pino(options);
}

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** The same with every text cut, and nothing past the bounds. What knows how to print itself, a secret or a date, does. */
function bounded(value: unknown, depth: number): unknown {
	if (typeof value === "string") return cut(value);
	if (typeof value !== "object" || value === null) return value;
	if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
	if (value instanceof Error) return bounded(pino.stdSerializers.err(value), depth);
	if ("toJSON" in value) return value;
	if (depth >= depthMax) return "[deeper]";
	if (Array.isArray(value)) return value.slice(0, entriesMax).map((item) => bounded(item, depth + 1));
	const entries = Object.entries(value).slice(0, entriesMax);
	return Object.fromEntries(entries.map(([key, item]) => [cut(key), bounded(item, depth + 1)]));
}

function cut(text: string): string {
	return text.length <= textMax ? text : `${text.slice(0, textMax)}… (${text.length} characters)`;
}
