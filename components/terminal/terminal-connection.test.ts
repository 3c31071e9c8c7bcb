import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ackEveryBytes } from "./ack-counter.ts";
import { readyMaxMs, replayMaxMs, retryMaxMs, retryMinMs } from "./terminal-connection.ts";
import { settle, setUp, socketOf } from "./testing/fake-connection.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a terminal's connection", () => {
	test("says its size first, and is connected when the server is ready", async () => {
		const { sockets, last } = setUp();
		await settle();
		const socket = socketOf(sockets, 0);
		socket.open();
		expect(socket.sent).toEqual([{ type: "resize", cols: 80, rows: 24 }]);
		expect(last()).toEqual({ kind: "connecting" });
		socket.says({ type: "ready", mode: "shell", existing: false });
		expect(last()).toEqual({ kind: "connected", mode: "shell" });
	});

	test("draws the history from a clean screen after a reconnect, and only then", async () => {
		const { sockets, writes } = setUp();
		await settle();
		socketOf(sockets, 0).ready();
		socketOf(sockets, 0).bytes("one");
		socketOf(sockets, 0).drops();
		await vi.advanceTimersByTimeAsync(retryMinMs);
		socketOf(sockets, 1).ready();
		socketOf(sockets, 1).bytes("history");
		expect(writes.map((write) => write.text)).toEqual(["one", "\x1bc", "history"]);
	});

	test("acknowledges what the screen has taken, never more than came, and the last bytes at once", async () => {
		const { sockets, writes } = setUp();
		await settle();
		const socket = socketOf(sockets, 0);
		socket.ready();
		const acks = () =>
			socket.sent.flatMap((item) =>
				(item as { type?: string }).type === "ack" ? [(item as { bytes: number }).bytes] : [],
			);
		socket.bytes("a".repeat(1_000));
		socket.bytes("b".repeat(ackEveryBytes));
		socket.bytes("c".repeat(10));
		expect(acks()).toEqual([]);
		for (const write of writes) write.done();
		expect(acks()).toEqual([1_000 + ackEveryBytes, 10]);
	});

	test("does not acknowledge the bytes of one connection on the next", async () => {
		const { sockets, writes } = setUp();
		await settle();
		socketOf(sockets, 0).ready();
		socketOf(sockets, 0).bytes("late");
		socketOf(sockets, 0).drops();
		await vi.advanceTimersByTimeAsync(retryMinMs);
		socketOf(sockets, 1).ready();
		writes[0]?.done();
		expect(JSON.stringify(socketOf(sockets, 1).sent)).not.toContain("ack");
	});

	test("tries again with growing pauses up to five seconds, and afresh after a success", async () => {
		const { sockets } = setUp();
		await settle();
		const pauses = [retryMinMs, 600, 1_200, 2_400, 4_800, retryMaxMs, retryMaxMs];
		for (const [index, pause] of pauses.entries()) {
			socketOf(sockets, index).drops();
			await vi.advanceTimersByTimeAsync(pause - 1);
			expect(sockets).toHaveLength(index + 1);
			await vi.advanceTimersByTimeAsync(1);
			expect(sockets).toHaveLength(index + 2);
		}
		socketOf(sockets, pauses.length).ready();
		socketOf(sockets, pauses.length).drops();
		await vi.advanceTimersByTimeAsync(retryMinMs);
		expect(sockets).toHaveLength(pauses.length + 2);
	});

	test("gives up a server that never becomes ready", async () => {
		const { sockets, last } = setUp();
		await settle();
		socketOf(sockets, 0).open();
		await vi.advanceTimersByTimeAsync(readyMaxMs);
		expect(socketOf(sockets, 0).isClosed).toBe(true);
		expect(last()).toMatchObject({ kind: "reconnecting", attempt: 1 });
	});

	test.each([
		[{ type: "exit", code: 3 }, "The shell has ended with code 3."],
		[{ type: "exit", code: 0 }, "The shell has ended."],
		[{ type: "closed", code: "session_ended", reason: "You were signed out." }, "You were signed out."],
	])("ends for good on %j", async (message, reason) => {
		const { sockets, last } = setUp();
		await settle();
		socketOf(sockets, 0).ready();
		socketOf(sockets, 0).says(message);
		socketOf(sockets, 0).drops();
		await vi.advanceTimersByTimeAsync(60_000);
		expect(last()).toEqual({ kind: "ended", reason });
		expect(sockets).toHaveLength(1);
	});

	test.each(["link_lost", "shutting_down", "a_code_of_tomorrow"])("comes back after %s", async (code) => {
		const { sockets } = setUp();
		await settle();
		socketOf(sockets, 0).ready();
		socketOf(sockets, 0).says({ type: "closed", code, reason: "later" });
		await vi.advanceTimersByTimeAsync(retryMinMs);
		expect(sockets).toHaveLength(2);
	});

	test("a refused ticket ends it, a failed one is asked for again", async () => {
		const { sockets, last } = setUp([
			() => Promise.reject(new Error("503")),
			() => Promise.resolve({ kind: "refused", reason: "It is stopped." }),
		]);
		await settle();
		expect(last()).toEqual({ kind: "reconnecting", attempt: 1, reason: "503" });
		await vi.advanceTimersByTimeAsync(retryMinMs);
		expect(last()).toEqual({ kind: "ended", reason: "It is stopped." });
		expect(sockets).toHaveLength(0);
	});

	test("nothing happens after it was closed, whatever was on its way", async () => {
		const { connection, sockets, states } = setUp();
		connection.close();
		await vi.advanceTimersByTimeAsync(60_000);
		expect(sockets).toHaveLength(0);
		expect(states).toEqual([{ kind: "connecting" }]);
	});
});

describe("the history asked for again", () => {
	const zeros = "\0".repeat(16 * 1024);

	test("replaces what was written, keeps what is typed meanwhile, and is done when its end is drawn", async () => {
		const { connection, sockets, writes, states } = setUp();
		await settle();
		socketOf(sockets, 0).ready();
		const done: boolean[] = [];
		expect(connection.replay((isWhole) => done.push(isWhole))).toBe(true);
		expect(socketOf(sockets, 0).isClosed).toBe(true);
		connection.send("typed");
		await settle();
		socketOf(sockets, 1).ready(true);
		expect(socketOf(sockets, 1).sent.at(-1)).toBe("typed");
		socketOf(sockets, 1).bytes("line 1\r\n");
		socketOf(sockets, 1).bytes(zeros);
		expect(writes.map((write) => write.text)).toEqual(["\x1bc", "line 1\r\n", zeros]);
		expect(done).toEqual([]);
		writes.at(-1)?.done();
		expect(done).toEqual([true]);
		// Nobody was told of a lost connection.
		expect(states.map((state) => state.kind)).toEqual(["connecting", "connected", "connected"]);
	});

	test("is refused without tmux, whose shell would end, and without a connection", async () => {
		const { connection, sockets } = setUp();
		expect(connection.replay(() => undefined)).toBe(false);
		await settle();
		socketOf(sockets, 0).open();
		socketOf(sockets, 0).says({ type: "ready", mode: "shell", existing: false });
		expect(connection.replay(() => undefined)).toBe(false);
		expect(socketOf(sockets, 0).isClosed).toBe(false);
	});

	test("that does not come is given up: with the connection, and after its time without a marked end", async () => {
		const { connection, sockets } = setUp();
		await settle();
		socketOf(sockets, 0).ready();
		const done: boolean[] = [];
		connection.replay((isWhole) => done.push(isWhole));
		await settle();
		socketOf(sockets, 1).drops();
		expect(done).toEqual([false]);
		await vi.advanceTimersByTimeAsync(retryMinMs);
		socketOf(sockets, 2).ready();
		connection.replay((isWhole) => done.push(isWhole));
		await settle();
		socketOf(sockets, 3).ready();
		await vi.advanceTimersByTimeAsync(replayMaxMs);
		expect(done).toEqual([false, false]);
		expect(socketOf(sockets, 3).isClosed).toBe(false);
	});
});
