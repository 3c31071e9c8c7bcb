/** What a devbox can be asked to be made with beside image and size, and the bounds of it. */

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
export type AiTokens = Partial<Record<AiTool, string>>;

export type InputProblem = { path: string[]; message: string };

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Everything that is wrong with an environment; each problem names its limit. Never quotes a value. */
export function environmentProblems(env: Readonly<Record<string, string>>): InputProblem[] {
	const { namePattern, variablesMax, valueBytesMax, totalBytesMax } = environmentLimits;
	const entries = Object.entries(env);
	if (entries.length > variablesMax)
		return [{ path: [], message: `At most ${variablesMax} variables; these are ${entries.length}.` }];
	const problems: InputProblem[] = [];
	let total = 0;
	for (const [name, value] of entries) {
		if (!namePattern.test(name) || name.length > 256)
			problems.push({
				path: [name.slice(0, 80)],
				message: "A variable's name has capital letters, digits and _, and does not begin with a digit.",
			});
		const bytes = bytesOf(value);
		if (bytes > valueBytesMax)
			problems.push({
				path: [name.slice(0, 80)],
				message: `A value has at most 32 KiB (${valueBytesMax} bytes); this one has ${bytes}.`,
			});
		total += bytesOf(name) + bytes + 2;
	}
	if (problems.length === 0 && total > totalBytesMax)
		problems.push({ path: [], message: "All variables together have at most 1.9 MiB. Put larger data in a file." });
	return problems;
}

/** Null when it can be run. */
export function setupCommandProblem(command: string): string | null {
	if (command.trim() === "") return "A setup command must not be empty.";
	const bytes = bytesOf(command);
	if (bytes <= setupLimits.commandBytesMax) return null;
	return `A setup command has at most 4 KiB (${setupLimits.commandBytesMax} bytes); this one has ${bytes}. Put a longer script in the repository.`;
}
