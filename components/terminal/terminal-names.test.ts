import { expect, test } from "vitest";
import { terminalName } from "../../lib/contract/devbox-machine.ts";
import { mergeTerminalNames, nextTerminalName } from "./terminal-names.ts";

test("each terminal has one tab, main first", () => {
	expect(mergeTerminalNames(["build", "main"], ["term-2", "build"])).toEqual(["main", "build", "term-2"]);
});

test("a new terminal gets a free name that the contract allows", () => {
	const name = nextTerminalName(["main", "term-2", "term-4"]);
	expect(name).toBe("term-3");
	expect(terminalName.parse(name)).toBe(name);
});
