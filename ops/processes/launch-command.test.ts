import { expect, test } from "vitest";
import { launchCommand } from "./launch-command.ts";

const user = { name: "devbox-x-app", uid: 990, gid: 991 };
const command = ["/root/devbox/node_modules/.bin/node", "/root/devbox/worker/main.ts"] as const;

test("a process gives up root and every way back, and ends with its supervisor", () => {
	const line = launchCommand({
		command,
		user,
		view: { cloneDir: "/root/devbox", mountPoint: null },
		signalAtOrphaning: "TERM",
	});
	expect(line[0]).toBe("setpriv");
	for (const option of [
		"--reuid=990",
		"--regid=991",
		"--clear-groups",
		"--bounding-set=-all",
		"--no-new-privs",
		"--pdeathsig",
	])
		expect(line).toContain(option);
	expect(line.slice(-2)).toEqual([...command]);
});

test("a clone in a closed home is run from where its user can see it", () => {
	const line = launchCommand({
		command,
		user,
		view: { cloneDir: "/root/devbox", mountPoint: "/data/run/code" },
		signalAtOrphaning: "TERM",
	});
	expect(line.slice(0, 2)).toEqual(["unshare", "--mount"]);
	expect(line.slice(-2)).toEqual(["/data/run/code/node_modules/.bin/node", "/data/run/code/worker/main.ts"]);
	expect(line.indexOf("setpriv")).toBeGreaterThan(line.indexOf("/bin/sh"));
});

test("what runs as root runs from the clone itself", () => {
	const view = { cloneDir: "/root/devbox", mountPoint: "/data/run/code" };
	const line = launchCommand({ command, user: null, view, signalAtOrphaning: "TERM" });
	expect(line).toEqual(["setpriv", "--pdeathsig", "TERM", "--", ...command]);
});
