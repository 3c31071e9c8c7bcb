import { expect, test } from "vitest";
import { terminalClientMessage, terminalUnackedBytesMax } from "../../lib/contract/terminal-protocol.ts";
import { ackEveryBytes } from "./ack-counter.ts";
import { encodeMessage, parseServerMessage } from "./terminal-messages.ts";

test("what the page says is what the contract knows", () => {
	for (const message of [{ type: "resize", cols: 80, rows: 24 } as const, { type: "ack", bytes: 5 } as const])
		expect(terminalClientMessage.parse(JSON.parse(encodeMessage(message)))).toEqual(message);
});

test("acknowledgements come often enough that the server need not stop", () => {
	expect(ackEveryBytes).toBeLessThanOrEqual(terminalUnackedBytesMax / 4);
});

test.each(["", "{", "null", "[]", '{"type":"ready"}', '{"type":"ready","mode":"root"}', '{"type":"tomorrow"}'])(
	"a message that is none is passed over: %s",
	(text) => expect(parseServerMessage(text)).toBeNull(),
);
