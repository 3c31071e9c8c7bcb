import { expect, test } from "vitest";
import { devboxStates } from "./devbox-state.ts";
import { departureChoices, departureOutcome } from "./member-departure.ts";

test("what is not whole is destroyed whatever was chosen, and nothing runs on", () => {
	for (const choice of departureChoices)
		for (const state of devboxStates) {
			const outcome = departureOutcome({ state, desiredState: "running" }, choice);
			const isWhole = state === "ready" || state === "stopped";
			const wanted = { stop: "stopped", destroy: "destroyed", transfer: "transferred" } as const;
			expect(outcome).toBe(isWhole ? wanted[choice] : "destroyed");
		}
	expect(departureOutcome({ state: "stopped", desiredState: "stopped" }, "stop")).toBe("kept");
});
