/** What a devbox can be asked to be made with beside image and size, and the bounds of it. */
import type { SecretText } from "./secret-text.ts";

export const environmentLimits = {
	namePattern: /^[A-Z_][A-Z0-9_]*$/,
	variablesMax: 64,
	/** UTF-8. */
	valueBytesMax: 32 * 1024,
	/** All of `NAME=value` with a separator: a little below what the kernel takes when a program is started. */
	totalBytesMax: Math.floor(1.9 * 1024 * 1024),
} as const;

export const setupLimits = {
	commandsMax: 32,
	commandBytesMax: 4 * 1024,
	timeoutSecondsMin: 30,
	timeoutSecondsMax: 3600,
	timeoutSecondsDefault: 900,
} as const;

export const aiTokenBytesMax = 8 * 1024;

/** The variable that carries each AI token in a box. */
export const aiTokenVariables = { claude: "ANTHROPIC_API_KEY", codex: "OPENAI_API_KEY" } as const;
export type AiTool = keyof typeof aiTokenVariables;
export const aiTokenNames = { claude: "Claude token", codex: "Codex token" } as const satisfies Record<AiTool, string>;
export type AiTokens = Partial<Record<AiTool, SecretText>>;

export type InputProblem = { path: (string | number)[]; message: string };

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** One variable: with its value, or with the secret that has it. */
export type EnvEntry = { name: string; value: SecretText } | { name: string; from_secret_id: string };

/** Everything that is wrong with an environment; each problem names its limit. Never quotes a value. `pathOf`: where an entry stood. */
export function environmentProblems(
	entries: readonly EnvEntry[],
	pathOf: (index: number, part: "name" | "value") => InputProblem["path"],
): InputProblem[] {
	const { variablesMax, totalBytesMax } = environmentLimits;
	if (entries.length > variablesMax)
		return [{ path: [], message: `At most ${variablesMax} variables; these are ${entries.length}.` }];
	const problems: InputProblem[] = [];
	const seen = new Set<string>();
	let total = 0;
	for (const [index, entry] of entries.entries()) {
		const name = envNameProblem(entry.name) ?? (seen.has(entry.name) ? "This variable is there twice." : null);
		if (name) problems.push({ path: pathOf(index, "name"), message: name });
		seen.add(entry.name);
		const value = "value" in entry ? valueProblem(entry.value) : null;
		if (value) problems.push({ path: pathOf(index, "value"), message: value });
		total += bytesOf(entry.name) + ("value" in entry ? entry.value.bytes : 0) + 2;
	}
	if (problems.length === 0 && total > totalBytesMax) problems.push({ path: [], message: environmentTooLarge });
	return problems;
}

export const environmentTooLarge = "All variables together have at most 1.9 MiB. Put larger data in a file.";

/** Null when a variable can have this name. */
export function envNameProblem(name: string): string | null {
	if (environmentLimits.namePattern.test(name) && name.length <= 256) return null;
	return "A variable's name has capital letters, digits and _, and does not begin with a digit.";
}

function valueProblem(value: SecretText): string | null {
	if (value.reveal().includes("\0")) return "A value is text without NUL characters: no environment can hold one.";
	const { bytes } = value;
	if (bytes <= environmentLimits.valueBytesMax) return null;
	return `A value has at most 32 KiB (${environmentLimits.valueBytesMax} bytes); this one has ${bytes}. A secret may have 64 KiB.`;
}

/** What the variables take when a program is started. */
export function environmentBytes(entries: Iterable<readonly [name: string, value: SecretText]>): number {
	let total = 0;
	for (const [name, value] of entries) total += bytesOf(name) + value.bytes + 2;
	return total;
}

/** Null when it can be run. */
export function setupCommandProblem(command: string): string | null {
	if (command.trim() === "") return "A setup command must not be empty.";
	const bytes = bytesOf(command);
	if (bytes <= setupLimits.commandBytesMax) return null;
	return `A setup command has at most 4 KiB (${setupLimits.commandBytesMax} bytes); this one has ${bytes}. Put a longer script in the repository.`;
}
