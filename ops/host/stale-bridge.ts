/** What an engine leaves behind when it fails half-way through making a bridge: the interface, and a name server that holds its address. */
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { runCommand } from "../../lib/process/run-command.ts";

const endTimeoutMs = 5000;

/** Only for a bridge that the engine does not know (any more): its name carries our install id, so it was ours. */
export async function removeStaleBridge(o: { bridge: string; signal: AbortSignal }): Promise<void> {
	const servers = await nameServersOf(o.bridge);
	for (const pid of servers) process.kill(pid, "SIGTERM");
	const endsAt = Date.now() + endTimeoutMs;
	while (servers.length > 0 && (await nameServersOf(o.bridge)).length > 0) {
		if (Date.now() > endsAt) throw new Error(`dnsmasq (pid ${servers.join(", ")}) of ${o.bridge} does not end`);
		await delay(20, undefined, { signal: o.signal });
	}
	if ((await readdir("/sys/class/net")).includes(o.bridge)) {
		await runCommand({ command: ["ip", "link", "delete", "dev", o.bridge], signal: o.signal });
	}
}

async function nameServersOf(bridge: string): Promise<number[]> {
	const found: number[] = [];
	for (const entry of await readdir("/proc")) {
		if (!/^\d+$/.test(entry)) continue;
		// A process that ended meanwhile has no command line.
		const args = (await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "")).split("\0");
		if (args[0]?.endsWith("dnsmasq") && args.includes(`--interface=${bridge}`)) found.push(Number(entry));
	}
	return found;
}
