import { expect, test } from "vitest";
import { commandText, execOutcome } from "./exec-text.ts";

test("a command is shown as it could be typed, with nothing of it acting", () => {
	expect(commandText({ argv: ["git", "commit", "-m", "it's $(done)"], script: null })).toBe(
		"git commit -m 'it'\\''s $(done)'",
	);
	expect(commandText({ argv: ["printf", ""], script: null })).toBe("printf ''");
	expect(commandText({ argv: null, script: "a | b" })).toBe("a | b");
});

test("an outcome is what the process reported, and lost is never an exit code", () => {
	expect(execOutcome({ status: "exited", exit_code: 0, signal: null })).toEqual({ label: "exit 0", tone: "good" });
	expect(execOutcome({ status: "exited", exit_code: null, signal: "SIGKILL" }).label).toBe("SIGKILL");
	expect(execOutcome({ status: "lost", exit_code: null, signal: null }).label).toBe("lost");
});
