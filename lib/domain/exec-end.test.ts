import { expect, test } from "vitest";
import { parseProcessEnd } from "./exec-end.ts";

test("an end is what was reaped: an exit code is never taken for a signal, nor a signal for a code", () => {
	expect(parseProcessEnd("code 0")).toEqual({ exitCode: 0, signal: null });
	expect(parseProcessEnd("code 137")).toEqual({ exitCode: 137, signal: null });
	expect(parseProcessEnd("signal 9")).toEqual({ exitCode: null, signal: "SIGKILL" });
	expect(parseProcessEnd("signal 15")).toEqual({ exitCode: null, signal: "SIGTERM" });
	expect(parseProcessEnd("signal 31")).toEqual({ exitCode: null, signal: "SIGSYS" });
	expect(parseProcessEnd("signal 36")).toEqual({ exitCode: null, signal: "SIGRTMIN+2" });
});

test("what no process can end with is nothing", () => {
	for (const text of ["", "code", "code 256", "code -1", "signal 0", "signal 65", "code 0\n", "exit 0", "code 0x1"])
		expect(parseProcessEnd(text)).toBeNull();
});
