/** What the tests need beside the product: a browser, and the ssh programs that the link is measured against. Skips what is there. */
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { runCommand } from "../../lib/process/run-command.ts";
import { canRun } from "../host/install-engine.ts";
import { isSystemdInit } from "../host/start-engine.ts";

const programs = {
	chromium: "chromium",
	tmux: "tmux",
	ssh: "openssh-client",
	"/usr/sbin/sshd": "openssh-server",
	rsync: "rsync",
	curl: "curl",
	git: "git",
	mmdebstrap: "mmdebstrap",
	openssl: "openssl",
	nginx: "nginx-light",
	setpriv: "util-linux",
} as const;

const policyFile = "/usr/sbin/policy-rc.d";
const aptTimeoutMs = 15 * 60_000;

/** Answers the packages that it installed. */
export async function installTestPackages(o: {
	signal: AbortSignal;
	onPhrase: (text: string) => void;
}): Promise<string[]> {
	const missing: string[] = [];
	for (const [program, name] of Object.entries(programs)) if (!(await canRun(program))) missing.push(name);
	if (missing.length === 0) return [];
	const apt = (args: string[]) =>
		runCommand({
			command: ["apt-get", "-o", "DPkg::Lock::Timeout=300", ...args],
			env: { DEBIAN_FRONTEND: "noninteractive" },
			signal: o.signal,
			timeoutMs: aptTimeoutMs,
			onLine: (line) => o.onPhrase(line.slice(0, 60)),
		});
	const isPolicyOurs = !existsSync(policyFile);
	try {
		// Programs are wanted, not servers: nothing of it may start.
		if (isPolicyOurs) await writeFile(policyFile, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
		await apt(["update"]);
		await apt(["install", "-y", "--no-install-recommends", ...missing]);
	} finally {
		if (isPolicyOurs) await rm(policyFile, { force: true });
	}
	for (const [name, units] of [
		["openssh-server", ["ssh.service", "ssh.socket"]],
		["nginx-light", ["nginx.service"]],
	] as const) {
		if (!missing.includes(name) || !(await isSystemdInit())) continue;
		await runCommand({ command: ["systemctl", "disable", ...units], allowedCodes: [1] });
	}
	return missing;
}
