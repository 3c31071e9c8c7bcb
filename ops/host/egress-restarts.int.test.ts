/**
 * What becomes of a box with a list, and of its open connections, when the filter, the engine's daemon or the box itself starts again: on
 * this machine's real engine, with an Internet of the test's own. Needs root.
 */
import { readlink } from "node:fs/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { z } from "zod";
import type { FilterPolicy } from "../../lib/domain/filter-state.ts";
import { filterInstance } from "../../lib/egress/filter-control.ts";
import { findEngine } from "./find-engine.ts";
import { openRootApi, readEngine } from "./root-api.ts";
import { startEngine } from "./start-engine.ts";
import { openTestFence, type TestFence, until } from "./test-fence.ts";
import { setUpTimeoutMs } from "./test-fenced-host.ts";
import { internetAddresses, openTestInternet, type TestInternet } from "./test-internet.ts";

const at = internetAddresses(0);
const { allowed: allowedAddress, other: otherAddress, dns: dnsAddress } = at;
vi.setConfig({ testTimeout: 120_000 });

const listed: FilterPolicy = { id: "plisted", mode: "enforce", domains: ["allowed.example"], services: [] };
const narrowed: FilterPolicy = { id: "pnarrowed", mode: "enforce", domains: ["second.example"], services: [] };
const observed: FilterPolicy = { id: "pobserved", mode: "observe", domains: [], services: [] };
const boxes = { kept: { place: 10, policy: listed } };
const daemonInfo = z.object({ environment: z.object({ server_pid: z.number() }) });
const opens = "https://allowed.example/";

let internet: TestInternet;
let fence: TestFence<"kept">;
const inBox = (script: string) => fence.inBox("kept", script);
const fetched = (url: string) => fence.fetched("kept", url);

beforeAll(async () => {
	const names = { "allowed.example": allowedAddress, "second.example": allowedAddress, "evil.example": otherAddress };
	internet = await openTestInternet({ link: "dbxtrst", at, names });
	fence = await openTestFence({ installId: "tstrst", boxes, resolver: dnsAddress });
}, setUpTimeoutMs);

afterAll(async () => {
	await internet?.close();
	await fence?.close();
}, setUpTimeoutMs);

/** Asks for what is forbidden, again and again, as a unit of the box: no exec of ours has to stay for it. */
async function startTries(word: string): Promise<void> {
	const once = [
		`curl -skS -m2 http://${otherAddress}/`,
		`curl -skS -m2 --connect-to ::${otherAddress}:443 https://evil.example/`,
		`echo -n ${word} > /dev/udp/${otherAddress}/7777`,
	].join("; ");
	await inBox(
		`rm -f /tmp/tries; systemd-run -q --collect --unit=tries bash -c 'while true; do { ${once}; } >> /tmp/tries 2>&1; sleep 0.1; done'`,
	);
	await triedAgain();
}

/** All that was said to them once they were made at least twice more. */
async function triedAgain(): Promise<string> {
	const size = async () => Number(await inBox("wc -c < /tmp/tries"));
	for (let n = 0; n < 2; n++) {
		const before = await size();
		await until(async () => (await size()) > before);
	}
	return inBox("cat /tmp/tries");
}
const endTries = () => inBox("systemctl stop tries");

/** A WebSocket of the box as a unit: `ticks` grows as long as it is open. */
async function openSocket(): Promise<void> {
	await inBox("systemctl stop socket 2>/dev/null; rm -f /tmp/ticks");
	const upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
	const headers = [...upgrade, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="].map((header) => `-H "${header}"`);
	await inBox(
		`systemd-run -q --unit=socket bash -c 'exec curl -skN --http1.1 ${headers.join(" ")} ${opens} > /tmp/ticks'`,
	);
	await until(async () => (await ticks()) > 5);
}
const ticks = async () => Number(await inBox("grep -ao tick /tmp/ticks | wc -l"));
const isSocketOpen = async () => (await inBox("systemctl is-active socket")) === "active";

it("what is tried below succeeds where no list is in its way", async () => {
	await fence.enforce({ instead: { kept: observed } });
	await startTries("observed");
	expect(await triedAgain()).toContain(`evil.example reached ${otherAddress}`);
	expect(await triedAgain()).toContain(`${otherAddress} reached ${otherAddress}`);
	await until(async () => (await internet.heard("observed")).length > 0);
	await endTries();
	await fence.enforce();
});

it("a filter that starts again ends open connections, lets nothing through meanwhile, and enforces by itself", async () => {
	await openSocket();
	await startTries("filter");
	await fence.engine.stop({ name: filterInstance, graceMs: 0 });
	await until(async () => (await fetched(opens)) !== "" && !(await fetched(opens)).includes("reached"));
	await triedAgain();
	await fence.startFilter();
	await until(async () => (await fetched(opens)).includes(`reached ${allowedAddress}`));
	await until(async () => !(await isSocketOpen()));
	expect(await triedAgain()).not.toContain("reached");
	await endTries();
	expect(await internet.heard("filter")).toEqual([]);
	await openSocket();
});

it("an engine's daemon that starts again takes no open connection with it, and opens nothing", async () => {
	await openSocket();
	await startTries("daemon");
	await restartDaemon();
	const before = await ticks();
	await until(async () => (await ticks()) > before + 10);
	expect(await isSocketOpen()).toBe(true);
	expect(await fetched(opens)).toContain(`reached ${allowedAddress}`);
	expect(await triedAgain()).not.toContain("reached");
	expect(await internet.heard("daemon")).toEqual([]);
	await fence.enforce({ instead: { kept: narrowed } });
	await until(async () => !(await isSocketOpen()));
	expect(await fetched("https://second.example/")).toContain("reached");
	expect(await fetched(opens)).not.toContain("reached");
	await endTries();
	await fence.enforce();
});

it.each([
	["observe", observed, true],
	["enforce", listed, false],
] as const)(
	"the first process of a box that starts again has its policy already (%s)",
	async (_mode, policy, isOpen) => {
		await fence.enforce({ instead: { kept: policy } });
		const address = fence.inFenceOf(boxes.kept.place);
		// It does not wait for anybody to give it an address.
		await inBox(`cat > /sbin/init.first <<'END'
#!/bin/sh
{
	ip link set lo up; ip link set eth0 up; ip addr add ${address}/24 dev eth0; ip route add default via ${fence.inFenceOf(2)}
	echo "process $$"
	curl -sS -m5 --retry 20 --retry-connrefused --retry-delay 1 -H 'Host: allowed.example' http://198.18.0.1/; echo
	curl -sS -m5 http://${otherAddress}/; echo
} > /first.log 2>&1
exec /lib/systemd/systemd "$@"
END
chmod 755 /sbin/init.first; ln -sf init.first /sbin/init`);
		await fence.engine.stop({ name: "dbx-kept", graceMs: 0 });
		await fence.engine.start({ name: "dbx-kept" });
		await until(async () => (await inBox("systemctl is-active basic.target")) === "active", 60_000);
		const said = await inBox("ln -sf /lib/systemd/systemd /sbin/init; cat /first.log");
		expect(said).toContain("process 1");
		expect(said).toContain(`allowed.example reached ${allowedAddress}`);
		expect(said.includes(`${otherAddress} reached ${otherAddress}`)).toBe(isOpen);
		await fence.enforce();
	},
);

/** Its instances go on, as they must. Where systemd does not start it again, we do, as `npm start` would. */
async function restartDaemon(): Promise<void> {
	const found = await findEngine();
	if (!found) throw new Error("There is no engine on this machine.");
	const root = openRootApi(found.socketPath);
	const { environment } = await readEngine(root.global, { path: "/1.0", schema: daemonInfo });
	root.close();
	process.kill(environment.server_pid, "SIGINT");
	await until(() => hasEnded(environment.server_pid), 60_000);
	await startEngine({ signal: AbortSignal.timeout(60_000), timeoutMs: 60_000 });
}

/** A process that nobody has waited for yet has no program any more. */
function hasEnded(pid: number): Promise<boolean> {
	return readlink(`/proc/${pid}/exe`).then(
		() => false,
		() => true,
	);
}
