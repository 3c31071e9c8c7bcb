import { describe, expect, test } from "vitest";
import { escapeControls, parseAnsi } from "./ansi.ts";

const textOf = (raw: string) =>
	parseAnsi(raw)
		.map((span) => span.text)
		.join("");

describe("output of a box is shown, never obeyed", () => {
	test("colours become styles and leave the text", () => {
		expect(parseAnsi("a \x1b[1;31mred\x1b[0m b")).toEqual([
			{ text: "a ", color: null, isBold: false, isDim: false },
			{ text: "red", color: 1, isBold: true, isDim: false },
			{ text: " b", color: null, isBold: false, isDim: false },
		]);
	});
	test("an extended colour swallows its arguments only", () => {
		expect(parseAnsi("\x1b[38;5;31;1mx")[0]).toMatchObject({ color: null, isBold: true });
		expect(parseAnsi("\x1b[38;2;1;31;32;1mx")[0]).toMatchObject({ color: null, isBold: true });
	});
	test("titles, links, cursor moves and clipboard writes are visible text", () => {
		expect(textOf("\x1b]0;owned\x07\x1b[2J\x1b]52;c;aGk=\x07")).toBe("\\e]0;owned\\x07\\e[2J\\e]52;c;aGk=\\x07");
	});
	test("text that turns direction is escaped", () => {
		expect(escapeControls("a\u202eb\u0000\u009b")).toBe("a\\u202eb\\x00\\x9b");
	});
	test("a progress bar is its last state, and Windows line ends are line ends", () => {
		expect(textOf("10%\r50%\r100%\r\ndone\r\n")).toBe("100%\ndone\n");
	});
	test("newlines and tabs stay", () => expect(textOf("a\tb\nc")).toBe("a\tb\nc"));
	test("markup is text", () => expect(textOf("<b>x</b>")).toBe("<b>x</b>"));
});
