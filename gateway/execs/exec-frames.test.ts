import { describe, expect, test } from "vitest";
import { scriptMarker } from "../../lib/usecases/execs/box-script.ts";
import { createFrameReader, encodeFrame, FrameViolation } from "./exec-frames.ts";

function read(bytes: Buffer, pieceBytes: number): string[] {
	const frames: string[] = [];
	const push = createFrameReader(({ letter, bytes: body }) => frames.push(`${letter}:${body.toString("latin1")}`));
	for (let at = 0; at < bytes.length; at += pieceBytes) push(bytes.subarray(at, at + pieceBytes));
	return frames;
}

describe("frames of a runner", () => {
	const sent = Buffer.concat([
		encodeFrame("p", "12"),
		encodeFrame("o", "a\0b"),
		encodeFrame("e"),
		encodeFrame("x", "code 0"),
	]);

	test("are understood however the channel cuts them", () => {
		for (const pieceBytes of [1, 2, 7, 1_000])
			expect(read(Buffer.concat([scriptMarker, sent]), pieceBytes)).toEqual(["p:12", "o:a\0b", "e:", "x:code 0"]);
	});

	test("begin after whatever a shell's start-up files print", () => {
		const noise = Buffer.from("Welcome!\r\n\0\0devbox\0");
		for (const pieceBytes of [1, 5, 1_000])
			expect(read(Buffer.concat([noise, scriptMarker, sent]), pieceBytes)).toHaveLength(4);
	});

	test("are refused when they claim more than any runner sends, and a start-up file may not print for ever", () => {
		const huge = Buffer.concat([scriptMarker, Buffer.from("o\xff\xff\xff\xff", "latin1")]);
		expect(() => read(huge, 1_000)).toThrow(FrameViolation);
		expect(() => read(Buffer.alloc(200_000, "x"), 10_000)).toThrow(FrameViolation);
	});
});
