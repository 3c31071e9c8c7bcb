/** Checks what goes along with a command, before the box sees any of it. Bounds are the kernel's: past them exec(2) fails with E2BIG. */
import { AppError, invalidField } from "../domain/errors.ts";

export const environmentBounds = {
	variablesMax: 100,
	/** All names and values with `=` and NUL: 1.9 MiB, a little below a quarter of the default stack limit. */
	totalBytesMax: Math.floor(1.9 * 1024 * 1024),
	/** One `NAME=value` or one argument (the kernel's MAX_ARG_STRLEN, with its NUL). */
	stringBytesMax: 131_071,
} as const;

const defaults = { LANG: "C.UTF-8" } as const;

/** The variables to send, with defaults; throws AppError `invalid` naming the field. */
export function checkEnvironment(env: Record<string, string> = {}): Record<string, string> {
	const entries = Object.entries(env);
	if (entries.length > environmentBounds.variablesMax) {
		throw invalidField("env", `At most ${environmentBounds.variablesMax} variables; these are ${entries.length}.`);
	}
	let total = 0;
	for (const [name, value] of entries) {
		if (!/^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(name)) {
			throw invalidField(
				"env",
				`${JSON.stringify(name.slice(0, 64))} is no variable name: letters, digits and _ only.`,
			);
		}
		if (typeof value !== "string" || value.includes("\0")) {
			throw invalidField("env", `${name} must be text without NUL characters.`);
		}
		const bytes = Buffer.byteLength(name) + Buffer.byteLength(value) + 2;
		if (bytes > environmentBounds.stringBytesMax) {
			throw invalidField("env", `${name} is too long: a variable takes at most 128 KiB. Put larger data in a file.`);
		}
		total += bytes;
	}
	if (total > environmentBounds.totalBytesMax) {
		throw invalidField("env", "All variables together take at most 1.9 MiB. Put larger data in a file.");
	}
	return { ...defaults, ...env };
}

/** Throws AppError `invalid` for what no shell could be given. */
export function checkCommand(command: string): string {
	checkCommandBytes(Buffer.from(command));
	return command;
}

/** As `checkCommand`, for a command that need not be UTF-8. */
export function checkCommandBytes(command: Uint8Array): Buffer {
	if (command.length === 0) throw invalidField("command", "The command is empty.");
	if (command.includes(0)) throw invalidField("command", "The command holds a NUL character.");
	if (command.length > environmentBounds.stringBytesMax) {
		throw new AppError({
			code: "invalid",
			message: "The command is longer than 128 KiB. Put the script in a file, or send it on standard input to `sh -s`.",
			fields: [{ loc: ["body", "command"], msg: "longer than 128 KiB", type: "value_error" }],
		});
	}
	return Buffer.from(command.buffer, command.byteOffset, command.byteLength);
}
