import { expect, it } from "vitest";
import { runCommand } from "./run-command.ts";

it("hands over output line by line and whole", async () => {
	const lines: string[] = [];
	const { stdout } = await runCommand({ command: ["printf", "a\\nb\\rc"], onLine: (line) => lines.push(line) });
	expect(lines).toEqual(["a", "b", "c"]);
	expect(stdout).toBe("a\nb\rc");
});

it("puts a program's last words into the error, and no more of them than a person reads", async () => {
	const script = "yes noise | head -c 100000 >&2; echo 'the disk is full' >&2; exit 3";
	const error = await runCommand({ command: ["sh", "-c", script] }).catch((e: unknown) => e);
	expect(error).toMatchObject({ code: "unavailable" });
	expect(String(error)).toContain("failed with code 3");
	expect(String(error)).toContain("the disk is full");
	expect(String(error).length).toBeLessThan(3000);
});

it("names a program that is not installed", async () => {
	await expect(runCommand({ command: ["no-such-program-here"] })).rejects.toThrow(
		'"no-such-program-here" is not installed',
	);
});

it("ends a program at its deadline", async () => {
	await expect(runCommand({ command: ["sleep", "60"], timeoutMs: 50 })).rejects.toMatchObject({ code: "timeout" });
});

it("ends a program when its caller stops, and does not start one afterwards", async () => {
	const stop = new AbortController();
	const running = runCommand({ command: ["sleep", "60"], signal: stop.signal });
	stop.abort();
	await expect(running).rejects.toMatchObject({ code: "timeout" });
	await expect(runCommand({ command: ["true"], signal: stop.signal })).rejects.toMatchObject({ code: "timeout" });
});

it("takes the input as given, also from a program that does not read it", async () => {
	expect((await runCommand({ command: ["cat"], input: "over stdin" })).stdout).toBe("over stdin");
	await expect(runCommand({ command: ["true"], input: "x".repeat(1_000_000) })).resolves.toMatchObject({ code: 0 });
});
