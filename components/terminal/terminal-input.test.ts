import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pendingInputBytesMax } from "./pending-input.ts";
import { retryMinMs } from "./terminal-connection.ts";
import { settle, setUp, socketOf, typed } from "./testing/fake-connection.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("what is typed without a connection", () => {
	test("loses no keystroke over a reconnect, and sends them in order after the server is ready", async () => {
		const { connection, sockets, last } = setUp();
		connection.send("a");
		await settle();
		socketOf(sockets, 0).ready();
		connection.send("b");
		socketOf(sockets, 0).drops();
		expect(last()).toMatchObject({ kind: "reconnecting", attempt: 1 });
		connection.send("c");
		connection.send("d");
		await vi.advanceTimersByTimeAsync(retryMinMs);
		socketOf(sockets, 1).open();
		expect(socketOf(sockets, 1).sent).toHaveLength(1);
		socketOf(sockets, 1).says({ type: "ready", mode: "tmux", existing: true });
		expect(typed(socketOf(sockets, 0))).toBe("ab");
		expect(typed(socketOf(sockets, 1))).toBe("cd");
	});

	test("keeps a bounded amount of input, whole or not at all", async () => {
		const { connection, sockets, dropped } = setUp();
		connection.send("x".repeat(pendingInputBytesMax - 1));
		connection.send("yy");
		connection.send("z");
		expect(dropped()).toBe(1);
		await settle();
		socketOf(sockets, 0).ready();
		expect(socketOf(sockets, 0).sent.slice(2).join("")).toBe(`${"x".repeat(pendingInputBytesMax - 1)}z`);
	});

	test("what is typed into an ended terminal never reaches the next shell, and what is typed after that one opened does", async () => {
		const { connection, sockets, last, dropped } = setUp();
		await settle();
		socketOf(sockets, 0).ready();
		socketOf(sockets, 0).says({ type: "exit", code: 0 });
		connection.send("rm -r build\r");
		expect(dropped()).toBe(1);
		connection.reconnect();
		await settle();
		socketOf(sockets, 1).ready();
		expect(last()).toEqual({ kind: "connected", mode: "tmux" });
		connection.send("ls\r");
		expect(typed(socketOf(sockets, 1))).toBe("ls\r");
		expect(dropped()).toBe(1);
	});

	test("what is typed for a shell that was asked for anew waits until it is there", async () => {
		const { connection, sockets, dropped } = setUp();
		await settle();
		socketOf(sockets, 0).ready();
		socketOf(sockets, 0).says({ type: "exit", code: 0 });
		connection.reconnect();
		connection.send("ls\r");
		await settle();
		socketOf(sockets, 1).ready();
		expect([typed(socketOf(sockets, 1)), dropped()]).toEqual(["ls\r", 0]);
	});

	test("what was typed before a refusal is not kept for later", async () => {
		const { connection, sockets, dropped } = setUp([
			() => Promise.resolve({ kind: "refused", reason: "It is stopped." }),
		]);
		connection.send("a");
		await settle();
		expect(dropped()).toBe(1);
		connection.reconnect();
		await settle();
		socketOf(sockets, 0).ready();
		expect(typed(socketOf(sockets, 0))).toBe("");
	});

	test("what was typed for a program that a restart ended does not go to the new shell", async () => {
		const { connection, sockets, dropped } = setUp();
		await settle();
		socketOf(sockets, 0).ready(true);
		socketOf(sockets, 0).drops();
		connection.send(":wq\r");
		await vi.advanceTimersByTimeAsync(retryMinMs);
		socketOf(sockets, 1).ready();
		expect(typed(socketOf(sockets, 1))).toBe("");
		expect(dropped()).toBe(1);
	});
});
