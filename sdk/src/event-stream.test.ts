import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { streamOf } from "./byte-stream.ts";
import { type DevboxEvent, subscribeToEvents } from "./event-stream.ts";
import { createEventParser, readEvents, type ServerEvent } from "./sse.ts";

const devboxEvent = (id: string) => `event: devbox\ndata: ${JSON.stringify({ id })}\n\n`;

describe("events", () => {
	const text = `: hello\n\nevent: resync\ndata: {}\n\n${devboxEvent("grüße 🚀")}event: operations\r\ndata: {"devbox_id":"dbx_1",\r\ndata: "operations":[]}\r\n\r\nevent: unfinished\ndata: x`;
	const expected = [
		{ type: "resync", data: "{}" },
		{ type: "devbox", data: '{"id":"grüße 🚀"}' },
		{ type: "operations", data: '{"devbox_id":"dbx_1",\n"operations":[]}' },
	];

	test("are understood however the network cuts them, in the middle of a character too", async () => {
		const whole: ServerEvent[] = [];
		createEventParser((event) => whole.push(event))(text);
		expect(whole).toEqual(expected);
		async function* bytes() {
			for (const byte of new TextEncoder().encode(text)) yield Uint8Array.of(byte);
		}
		const pieces: ServerEvent[] = [];
		for await (const event of readEvents(streamOf(bytes()), 1_000)) pieces.push(event);
		expect(pieces).toEqual(expected);
	});

	test("that do not come are an error, not a wait for ever", async () => {
		async function* quiet() {
			yield "event: resync\ndata: {}\n\n";
			await new Promise(() => undefined);
		}
		const read = async () => {
			const events: ServerEvent[] = [];
			for await (const event of readEvents(streamOf(quiet()), 30)) events.push(event);
		};
		await expect(read()).rejects.toThrow("nothing came");
	});
});

describe("a subscription", () => {
	beforeEach(() => vi.useFakeTimers());
	afterEach(() => {
		vi.useRealTimers();
		vi.unstubAllGlobals();
	});

	function follow(answers: (() => Response)[]) {
		const events: DevboxEvent[] = [];
		const connected: boolean[] = [];
		const refused: string[] = [];
		let calls = 0;
		const stop = subscribeToEvents({
			fetch: async () => {
				const answer = answers[calls++];
				if (!answer) throw new TypeError("no more");
				return answer();
			},
			onEvent: (event) => events.push(event),
			onConnected: (isConnected) => connected.push(isConnected),
			onRefused: (error) => refused.push(error.code),
		});
		return { events, connected, refused, stop, calls: () => calls };
	}
	const stream = (text: string) => () => new Response(text, { headers: { "content-type": "text/event-stream" } });

	test("passes on what it knows and leaves out what a newer server sends", async () => {
		const operations = 'event: operations\ndata: {"devbox_id":"dbx_1","operations":[]}\n\n';
		const { events, stop } = follow([stream(`event: tomorrow\ndata: {}\n\n${devboxEvent("a")}${operations}`)]);
		await vi.advanceTimersByTimeAsync(100);
		stop();
		expect(events).toEqual([
			{ type: "devbox", devbox: { id: "a" } },
			{ type: "operations", devboxId: "dbx_1", operations: [] },
		]);
	});

	test("comes back after the stream broke, and says when it is away", async () => {
		const { events, connected, stop } = follow([stream(devboxEvent("a")), stream(devboxEvent("b"))]);
		await vi.advanceTimersByTimeAsync(600);
		stop();
		expect(events.map((event) => event.type === "devbox" && event.devbox.id)).toEqual(["a", "b"]);
		expect(connected.slice(0, 3)).toEqual([true, false, true]);
	});

	test("goes on when a handler throws, and lets the error surface", async () => {
		const uncaught: unknown[] = [];
		const queue = queueMicrotask;
		vi.stubGlobal("queueMicrotask", (task: () => void) =>
			queue(() => {
				try {
					task();
				} catch (error) {
					uncaught.push(error);
				}
			}),
		);
		const seen: string[] = [];
		const texts = [devboxEvent("a") + devboxEvent("b")];
		const fail = (name: string) => {
			seen.push(name);
			throw new Error(name);
		};
		const stop = subscribeToEvents({
			fetch: async () => {
				const text = texts.shift();
				return text === undefined ? Response.json({}, { status: 401 }) : stream(text)();
			},
			onEvent: (event) => fail(event.type),
			onConnected: (isConnected) => fail(String(isConnected)),
			onRefused: (error) => fail(error.code),
		});
		await vi.advanceTimersByTimeAsync(600);
		stop();
		expect(seen).toEqual(["true", "devbox", "devbox", "false", "false", "unauthenticated"]);
		expect(uncaught.map((error) => (error as Error).message)).toEqual(seen);
	});

	test("ends when the server refuses for good", async () => {
		const { refused, calls } = follow([
			() => Response.json({ code: "unauthenticated", detail: "Sign in." }, { status: 401 }),
		]);
		await vi.advanceTimersByTimeAsync(60_000);
		expect(refused).toEqual(["unauthenticated"]);
		expect(calls()).toBe(1);
	});

	test("waits longer after each failure, and not at all once it was ended", async () => {
		const { calls, stop } = follow([]);
		await vi.advanceTimersByTimeAsync(500 + 1_000 + 2_000 + 10);
		expect(calls()).toBe(4);
		stop();
		await vi.advanceTimersByTimeAsync(60_000);
		expect(calls()).toBe(4);
	});
});
