export const mainTerminal = "main";

/** Named terminals of the box and those that this page has opened, `main` first, in the order in which they came. */
export function mergeTerminalNames(known: readonly string[], opened: readonly string[]): string[] {
	return [...new Set([mainTerminal, ...known, ...opened])];
}

/** The first free of `term-2`, `term-3`, … */
export function nextTerminalName(taken: readonly string[]): string {
	for (let number = 2; ; number++) {
		const name = `term-${number}`;
		if (!taken.includes(name)) return name;
	}
}
