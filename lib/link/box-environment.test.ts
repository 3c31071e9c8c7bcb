import { expect, test } from "vitest";
import { checkCommand, checkEnvironment, environmentBounds } from "./box-environment.ts";

test.each([
	["too many variables", Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`V${i}`, "x"]))],
	["a variable that exec(2) would refuse", { BIG: "x".repeat(environmentBounds.stringBytesMax) }],
	[
		"more than 1.9 MiB in all",
		Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`V${i}`, "x".repeat(100_000)])),
	],
	["a name that is no name", { "A=B": "x" }],
	["an empty name", { "": "x" }],
	["a name that starts with a digit", { "1A": "x" }],
	["NUL in a value", { A: "a\0b" }],
])("%s is refused before the box sees it", (_name, env) => {
	expect(() => checkEnvironment(env)).toThrow(expect.objectContaining({ code: "invalid" }));
});

test("text in the box is UTF-8 unless the caller says otherwise", () => {
	expect(checkEnvironment()).toEqual({ LANG: "C.UTF-8" });
	expect(checkEnvironment({ LANG: "C" })).toEqual({ LANG: "C" });
});

test.each(["", "a\0b", "x".repeat(200_000)])("a command that no shell could take is refused", (command) => {
	expect(() => checkCommand(command)).toThrow(expect.objectContaining({ code: "invalid" }));
});
