/** in-box/attached.pl as a plain process of this machine, started as the gateway starts it in a box. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { attachedScript, encodeItems } from "../../lib/usecases/execs/box-script.ts";
import { createFrameReader, encodeFrame } from "./exec-frames.ts";

let runner: ChildProcessWithoutNullStreams | null = null;

afterEach(() => {
	runner?.kill("SIGKILL");
});

/** `frames` tells what came, a run of output of one stream as one line; `take` reads so many bytes of the channel. */
function startRunner() {
	const perl = spawn("/bin/sh", ["-c", attachedScript.command]);
	runner = perl;
	const frames: string[] = [];
	const bytes = { o: 0, e: 0 };
	const read = createFrameReader((frame) => {
		const { letter } = frame;
		if (letter === "o" || letter === "e") {
			bytes[letter] += frame.bytes.length;
			if (frames.at(-1) !== letter) frames.push(letter);
		} else frames.push(letter === "p" ? "p" : `${letter} ${frame.bytes.toString("latin1")}`);
	});
	perl.stdin.write(attachedScript.source);

	async function take(count: number): Promise<void> {
		for (let left = count; left > 0; ) {
			const piece: Buffer | null = perl.stdout.read();
			if (piece) {
				read(piece);
				left -= piece.length;
			} else if (frames.some((frame) => frame.startsWith("x"))) return;
			else await sleep(1);
		}
	}
	return {
		frames,
		bytes,
		take,
		run: (script: string) => perl.stdin.write(encodeFrame("j", encodeItems([0, 0, 0, "", 0, "script", 1, script]))),
	};
}

test("a reader that pauses at the end gets every byte before the exit and nothing after it, and the next job runs", async () => {
	const { frames, bytes, take, run } = startRunner();
	run("head -c 3000000 /dev/zero; head -c 50000 /dev/zero >&2; exit 3");
	await take(2_400_000);
	// In one of these the program has ended, and its last output waits in the pipes.
	for (let step = 0; step < 12; step += 1) {
		await sleep(350);
		await take(50_000);
	}
	await take(Number.POSITIVE_INFINITY);
	expect(bytes).toEqual({ o: 3_000_000, e: 50_000 });
	expect(frames.at(-1)).toBe("x code 3");
	frames.length = 0;
	run("echo next");
	await take(Number.POSITIVE_INFINITY);
	expect(frames).toEqual(["p", "o", "x code 0"]);
});

test("children in the background that hold the pipes do not hold the end, whether silent or loud", async () => {
	const { frames, bytes, take, run } = startRunner();
	run("sleep 20 & echo $!; exit 4");
	await take(Number.POSITIVE_INFINITY);
	expect(frames).toEqual(["p", "o", "x code 4"]);
	frames.length = 0;
	bytes.o = 0;
	run("yes & exit 5");
	// Read as slowly as the end allows it.
	await sleep(2500);
	await take(Number.POSITIVE_INFINITY);
	expect(frames).toEqual(["p", "o", "x code 5"]);
	expect(bytes.o).toBeGreaterThan(0);
	frames.length = 0;
	run("echo next");
	await take(Number.POSITIVE_INFINITY);
	expect(frames).toEqual(["p", "o", "x code 0"]);
});
