import { describe, expect, test } from "vitest";
import { boxPathProblem, isAtOrBelow, nameOf, octalMode, parentOf, resolveBoxPath } from "./box-path.ts";

const home = "/home/devbox";

test.each([
	["/a/b", "/a/b"],
	["a/b", "/home/devbox/a/b"],
	["~", "/home/devbox"],
	["~/", "/home/devbox"],
	["~/a", "/home/devbox/a"],
	["~//etc", "/home/devbox/etc"],
	["./~", "/home/devbox/~"],
	["/a//b/./c/", "/a/b/c"],
	["/a/../../..", "/"],
	["../x", "/home/x"],
	["/", "/"],
])("%j is %j", (path, resolved) => {
	expect(resolveBoxPath(path, home)).toBe(resolved);
});

test.each(["", "a\0", "a\u001b[2J", "\u009b", "~bob", "\ud800", "é".repeat(128), "a/".repeat(2049)])(
	"%j is no path",
	(path) => {
		expect(boxPathProblem(path)).toEqual(expect.any(String));
	},
);

test.each(["-rf", "a b", "line\nend", "tab\t", "'\"`$(x)", "日本", "é".repeat(127), "a/".repeat(2048)])(
	"%j is a path",
	(path) => {
		expect(boxPathProblem(path)).toBeNull();
	},
);

describe("parts of a path", () => {
	test("end at the root", () => {
		expect([parentOf("/a/b"), parentOf("/a"), parentOf("/")]).toEqual(["/a", "/", "/"]);
		expect([nameOf("/a/b"), nameOf("/")]).toEqual(["b", ""]);
	});

	test("a directory holds itself and what is below, not what begins alike", () => {
		expect([isAtOrBelow("/a", "/a"), isAtOrBelow("/a/b", "/a"), isAtOrBelow("/a", "/")]).toEqual([true, true, true]);
		expect([isAtOrBelow("/ab", "/a"), isAtOrBelow("/", "/a")]).toEqual([false, false]);
	});
});

test("a mode has four digits", () => {
	expect([octalMode(0), octalMode(0o644), octalMode(0o104755)]).toEqual(["0000", "0644", "4755"]);
});
