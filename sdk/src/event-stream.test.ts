import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createEventParser, type DevboxEvent, subscribeToEvents } from "./event-stream.ts";

const devboxEvent = (id: string) => `event: devbox\ndata: ${JSON.stringify({ id })}\n\n`;

describe("events", () => {
	test("are understood however the network cuts them", () => {
		const text = `: hello\n\nevent: resync\ndata: {}\n\n${devboxEvent("dbx_1")}event: operations\r\ndata: {"devbox_id":"dbx_1",\r\ndata: "operations":[]}\r\n\r\nevent: tomorrow\ndata: {}\n\n`;
		const whole: DevboxEvent[] = [];
		createEventParser((event) => whole.push(event))(text);
		const pieces: DevboxEvent[] = [];
		const parse = createEventParser((event) => pieces.push(event));
		for (const character of text) parse(character);
		expect(whole).toEqual([
			{ type: "resync" },
			{ type: "devbox", devbox: { id: "dbx_1" } },
			{ type: "operations", devboxId: "dbx_1", operations: [] },
		]);
		expect(pieces).toEqual(whole);
	});
});

describe("a subscription", () => {
	beforeEach(() => vi.useFakeTimers());
	afterEach(() => vi.useRealTimers());

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

	test("comes back after the stream broke, and says when it is away", async () => {
		const { events, connected, stop } = follow([stream(devboxEvent("a")), stream(devboxEvent("b"))]);
		await vi.advanceTimersByTimeAsync(600);
		stop();
		expect(events.map((event) => event.type === "devbox" && event.devbox.id)).toEqual(["a", "b"]);
		expect(connected.slice(0, 3)).toEqual([true, false, true]);
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
