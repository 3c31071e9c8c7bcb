import { describe, expect, test } from "vitest";
import { devboxStatus } from "./devbox-status.ts";

describe("a state says what is on its way", () => {
	test.each([
		["requested", "off", "running", "requested"],
		["provisioning", "off", "running", "provisioning"],
		["ready", "running", "running", "ready"],
		["ready", "suspended", "running", "suspended"],
		["ready", "running", "stopped", "stopping"],
		["stopped", "off", "stopped", "stopped"],
		["stopped", "off", "running", "starting"],
		["failed", "running", "running", "failed"],
		["ready", "running", "destroyed", "destroying"],
		["destroyed", "off", "destroyed", "destroyed"],
	] as const)("%s, power %s, desired %s is %s", (state, power, desired_state, kind) => {
		expect(devboxStatus({ state, power, desired_state }).kind).toBe(kind);
	});
});
