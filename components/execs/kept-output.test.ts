import { expect, test } from "vitest";
import { DevboxError, type Exec, type ExecEvent, type ExecOffsets } from "@/sdk/src/index.ts";
import { createKeptOutput, followOutput } from "./kept-output.ts";

const out = (offset: number, text: string | Uint8Array): ExecEvent => ({
	type: "stdout",
	offset,
	data: typeof text === "string" ? new TextEncoder().encode(text) : text,
});
const exit: ExecEvent = { type: "exit", exec: { status: "exited" } as Exec };

function follow(
	kept: ReturnType<typeof createKeptOutput>,
	events: readonly (ExecEvent | Error | (() => void))[],
	signal = new AbortController().signal,
) {
	const asked: ExecOffsets[] = [];
	const open = async function* (from: ExecOffsets) {
		asked.push(from);
		for (const event of events) {
			if (event instanceof Error) throw event;
			if (typeof event === "function") event();
			else yield event;
		}
	};
	return followOutput(kept, { open, signal, onChange: () => undefined }).then(() => asked);
}

test("a pause loses nothing and brings nothing twice, not even half of a letter", async () => {
	const kept = createKeptOutput();
	const [first, second] = [...new TextEncoder().encode("é")] as [number, number];
	const stopping = new AbortController();
	const events = [out(0, "caf"), out(3, Uint8Array.of(first)), () => stopping.abort(), out(4, "too late")];
	await follow(kept, events, stopping.signal);
	expect(kept.shown()).toEqual({ text: "caf", problem: null });
	expect(kept.hasEnded()).toBe(false);
	expect(await follow(kept, [out(4, Uint8Array.of(second)), exit])).toEqual([{ stdout: 4, stderr: 0 }]);
	expect(kept.shown()).toEqual({ text: "café", problem: null });
	expect(kept.hasEnded()).toBe(true);
});

test("what is not kept is said, and asked for no more", async () => {
	const kept = createKeptOutput();
	await follow(kept, [{ type: "gap", stream: "stderr", offset: 0, nextOffset: 9 }]);
	expect(kept.shown().problem).toMatch(/not kept any more/);
	expect(kept.offsets()).toEqual({ stdout: 0, stderr: 9 });
});

test("a refusal is shown in the server's words, a lost connection in ours, until it is followed again", async () => {
	const kept = createKeptOutput();
	await follow(kept, [out(0, "a"), new DevboxError({ code: "wrong_state", detail: "It is stopped." })]);
	expect(kept.shown()).toEqual({ text: "a", problem: "It is stopped." });
	await follow(kept, [new DevboxError({ code: "lost", detail: "exe_1 broke" })]);
	expect(kept.shown().problem).toMatch(/cannot be reached right now/);
	await follow(kept, [out(1, "b"), exit]);
	expect(kept.shown()).toEqual({ text: "ab", problem: null });
});

test("a stream that ends by our own abort is no problem", async () => {
	const kept = createKeptOutput();
	const stopping = new AbortController();
	const aborted = new DevboxError({ code: "aborted", detail: "The call was aborted." });
	await follow(kept, [() => stopping.abort(), aborted], stopping.signal);
	expect(kept.shown().problem).toBeNull();
});
