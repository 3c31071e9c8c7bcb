import { expect, test } from "vitest";
import { isApplicationPort } from "./preview-ports.ts";

test("what every devbox runs by itself is no application", () => {
	for (const listener of [
		{ port: 22, process: null },
		{ port: 2222, process: "sshd" },
		{ port: 53, process: "systemd-resolve" },
		{ port: 41_234, process: "containerd" },
	])
		expect(isApplicationPort(listener)).toBe(false);
	expect(isApplicationPort({ port: 3000, process: "node" })).toBe(true);
	expect(isApplicationPort({ port: 8080, process: null })).toBe(true);
});
