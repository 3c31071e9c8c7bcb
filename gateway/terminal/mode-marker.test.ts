import { describe, expect, test } from "vitest";
import { openModeMarkerReader } from "./mode-marker.ts";

function read(...chunks: string[]) {
	const reader = openModeMarkerReader();
	let result: ReturnType<typeof reader.push> = { kind: "more" };
	for (const chunk of chunks) {
		expect(result.kind).toBe("more");
		result = reader.push(Buffer.from(chunk, "latin1"));
	}
	return result.kind === "more" ? result : { ...result, rest: result.rest.toString("latin1") };
}

describe("the first bytes of a terminal", () => {
	test("say what it is, and never reach the screen", () => {
		expect(read("\x1b]devbox;mode=tmux;existing=1\x07hello")).toEqual({
			kind: "done",
			mode: { mode: "tmux", existing: true },
			rest: "hello",
		});
		expect(read("\x1b]devbox;mode=plain;existing=0\x07")).toEqual({
			kind: "done",
			mode: { mode: "shell", existing: false },
			rest: "",
		});
	});

	test("are understood one by one as they come", () => {
		const result = read(...Array.from("\x1b]devbox;mode=tmux;existing=0\x07"));
		expect(result).toEqual({ kind: "done", mode: { mode: "tmux", existing: false }, rest: "" });
	});

	test("that are no marker are output of a plain shell, whole", () => {
		for (const text of [
			"$ ",
			"\x1b[0m$ ",
			"\x1b]0;title\x07",
			"\x1b]devbox;mode=root\x07",
			`\x1b]devbox;${"x".repeat(200)}`,
		])
			expect(read(text)).toEqual({ kind: "done", mode: { mode: "shell", existing: false }, rest: text });
	});

	test("that stay away do not hold the rest back for ever", () => {
		const reader = openModeMarkerReader();
		reader.push(Buffer.from("\x1b]dev"));
		expect(reader.giveUp()).toEqual({
			kind: "done",
			mode: { mode: "shell", existing: false },
			rest: Buffer.from("\x1b]dev"),
		});
	});
});
