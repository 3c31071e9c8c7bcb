import type { TestGateway, TestPerson } from "./test-gateway.ts";

export type ReceivedEvent = { event: string; data: unknown };

export type EventReader = {
	/** All that came so far. */
	events: ReceivedEvent[];
	/** Resolves when the server has ended the stream, with the last comment that it sent. */
	ended: Promise<string>;
	close(): void;
};

/** Reads `GET /events` as a browser's EventSource does, without coming back. */
export async function readEvents(gate: TestGateway, by: TestPerson | { token: string }): Promise<EventReader> {
	const abort = new AbortController();
	const as = "token" in by ? { headers: { authorization: `Bearer ${by.token}` } } : { as: by };
	const response = await gate.request("/api/v1/events", { ...as, signal: abort.signal });
	if (response.status !== 200 || !response.body) throw new Error(`events answered ${response.status}`);
	const events: ReceivedEvent[] = [];
	let comment = "";
	const stream = response.body.pipeThrough(new TextDecoderStream());

	async function read(): Promise<string> {
		let text = "";
		for await (const chunk of stream) {
			text += chunk;
			const blocks = text.split("\n\n");
			text = blocks.pop() ?? "";
			for (const block of blocks) take(block);
		}
		return comment;
	}

	function take(block: string): void {
		if (block.startsWith(":")) comment = block.slice(1).trim();
		const event = /^event: (.*)$/m.exec(block)?.[1];
		const data = /^data: (.*)$/m.exec(block)?.[1];
		if (event && data) events.push({ event, data: JSON.parse(data) });
	}

	const ended = read();
	// Whoever closes does not wait for the end; everyone else awaits `ended`.
	ended.catch(() => undefined);
	return { events, ended, close: () => abort.abort() };
}
