import { describe, expect, test } from "vitest";
import { openExecInput } from "./exec-input.ts";

function open() {
	const sent: string[] = [];
	let bytes = 0;
	const input = openExecInput((letter, part = Buffer.alloc(0)) => {
		sent.push(letter);
		bytes += part.length;
	});
	return { input, sent, sentBytes: () => bytes };
}

describe("input of an exec", () => {
	test("runs no further ahead of the process than its window, and ends after the last byte", async () => {
		const { input, sent, sentBytes } = open();
		const written = input.write(Buffer.alloc(400 * 1024));
		input.end();
		expect(sentBytes()).toBe(256 * 1024);
		expect(sent).not.toContain("c");
		input.taken(100 * 1024);
		expect(sentBytes()).toBe(356 * 1024);
		input.taken(256 * 1024);
		input.taken(44 * 1024);
		await written;
		expect([sentBytes(), sent.at(-1), sent.filter((letter) => letter === "c").length]).toEqual([400 * 1024, "c", 1]);
	});

	test("is not taken for read by a box that claims more than it was given", () => {
		const { input, sentBytes } = open();
		void input.write(Buffer.alloc(300 * 1024)).catch(() => undefined);
		input.taken(Number.MAX_SAFE_INTEGER);
		expect(sentBytes()).toBe(300 * 1024);
		void input.write(Buffer.alloc(300 * 1024)).catch(() => undefined);
		expect(sentBytes()).toBe((300 + 212) * 1024);
		input.close();
	});

	test("of an exec that has ended is refused, also to who waits", async () => {
		const { input } = open();
		const waiting = input.write(Buffer.alloc(10));
		input.close();
		await expect(waiting).rejects.toMatchObject({ code: "wrong_state" });
		await expect(input.write(Buffer.alloc(1))).rejects.toMatchObject({ code: "wrong_state" });
	});
});
