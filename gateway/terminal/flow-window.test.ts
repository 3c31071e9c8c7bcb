import { expect, test } from "vitest";
import { terminalUnackedBytesMax } from "../../lib/contract/terminal-protocol.ts";
import { openFlowWindow, socketBufferBytesMax } from "./flow-window.ts";

test("the box is not read past the window, and again only once half of it is free", () => {
	const flow = openFlowWindow();
	flow.sent(terminalUnackedBytesMax);
	expect(flow.isFull(0)).toBe(false);
	flow.sent(1);
	expect(flow.isFull(0)).toBe(true);
	expect(flow.acknowledged(terminalUnackedBytesMax / 2)).toBe(true);
	expect(flow.hasRoom(0)).toBe(false);
	expect(flow.acknowledged(2)).toBe(true);
	expect(flow.hasRoom(0)).toBe(true);
});

test("bytes that wait in our own socket count too", () => {
	const flow = openFlowWindow();
	expect(flow.isFull(socketBufferBytesMax + 1)).toBe(true);
	expect(flow.hasRoom(socketBufferBytesMax / 2)).toBe(false);
	expect(flow.hasRoom(0)).toBe(true);
});

test("a client cannot widen its window by acknowledging what it never got", () => {
	const flow = openFlowWindow();
	flow.sent(10);
	expect(flow.acknowledged(11)).toBe(false);
	expect(flow.unackedBytes).toBe(10);
});
