import { expect, test } from "vitest";
import { parseLook } from "./detached-execs.ts";

test("a look into the box is believed only where it is one", () => {
	expect(parseLook("exe_1a\t42\t1\t-\t5\t0\t10485760\t1\t0")).toEqual({
		id: "exe_1a",
		processGroup: 42,
		isAlive: true,
		end: null,
		stdoutBytes: 5,
		isStdoutTruncated: false,
		stderrBytes: 10_485_760,
		isStderrTruncated: true,
		isTimedOut: false,
	});
	expect(parseLook("exe_1a\t42\t0\tsignal 9\t0\t0\t0\t0\t1")).toMatchObject({
		end: { exitCode: null, signal: "SIGKILL" },
		isTimedOut: true,
	});
	for (const line of [
		"",
		"exe_1a",
		"exe_1a\t42\t2\t-\t5\t0\t0\t0\t0",
		"dbx_1\t42\t1\t-\t5\t0\t0\t0\t0",
		"x\texe_1a\t42\t1\t-\t5\t0\t0\t0\t0",
	])
		expect(parseLook(line)).toBeNull();
});
