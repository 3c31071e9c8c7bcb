import { describe, expect, test } from "vitest";
import { clipboardWriteText } from "./clipboard-write.ts";
import { pastedLines, safePaste } from "./paste-lines.ts";
import { clampFontSize, parsePreferences } from "./terminal-preferences.ts";
import { webUrl } from "./web-links.ts";

describe("links of a box", () => {
	test.each(["http://127.0.0.1:3000/x", "https://example.com/a?b#c"])("%s opens", (url) =>
		expect(webUrl(url)).toBe(url),
	);
	test.each(["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "vscode://x", "not a link"])(
		"%s does not",
		(url) => expect(webUrl(url)).toBeNull(),
	);
});

describe("the clipboard", () => {
	test("a write is its text", () => {
		expect(clipboardWriteText(`c;${btoa("hello")}`)).toBe("hello");
		expect(clipboardWriteText(`;${Buffer.from("grüße").toString("base64")}`)).toBe("grüße");
	});
	test.each(["c;?", "p;aGVsbG8=", "c;%%%", `c;${"A".repeat(1024 * 1024 + 8)}`, "c;/w=="])(
		"nothing else does anything: %.12s",
		(payload) => expect(clipboardWriteText(payload)).toBeNull(),
	);
});

test.each([
	["ls", 1],
	["ls\n", 1],
	["ls\r\n", 1],
	["a\nb", 2],
	["a\r\nb\r\n", 2],
	["\n\n", 2],
])("a paste of %j has %i lines", (text, lines) => expect(pastedLines(text)).toBe(lines));

test("a paste cannot end its brackets early", () => {
	expect(safePaste("ls\u001b[201~\r\nreboot\u009b201~\u0003")).toBe("ls[201~\r\nreboot201~");
	expect(safePaste("tabs\tand lines\nstay")).toBe("tabs\tand lines\nstay");
});

test("stored preferences that are broken or out of bounds do no harm", () => {
	expect(parsePreferences("{")).toEqual({ fontSize: 13, allowsClipboardWrite: false });
	expect(parsePreferences('{"fontSize":900,"allowsClipboardWrite":"yes"}')).toEqual({
		fontSize: 24,
		allowsClipboardWrite: false,
	});
	expect(clampFontSize(1)).toBe(9);
});
