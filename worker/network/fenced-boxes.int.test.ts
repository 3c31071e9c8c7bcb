/**
 * What a box with a network policy has of its network while workers come and go: on this machine's real engine, with an Internet of the
 * test's own. Needs root.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { instanceName } from "../../lib/domain/ids.ts";
import { filterInstance } from "../../lib/egress/filter-control.ts";
import { changeDevboxNetwork } from "../../lib/usecases/network/change-devbox-network.ts";
import { internetAddresses, openTestInternet, type TestInternet } from "../../ops/host/test-internet.ts";
import { createFencedWorld, type FencedWorld } from "../testing/fenced-world.ts";
import { startWorkerMain, type WorkerMain } from "../testing/worker-main.ts";
import { until } from "../testing/worker-world.ts";

const setUpTimeoutMs = 10 * 60_000;
const at = internetAddresses(0);
let internet: TestInternet;
let world: FencedWorld;
let worker: WorkerMain;
let id: string;

const inBox = async (command: string) => {
	const link = await world.links.get({ instance: instanceName(id), user: "devbox" });
	return (await link.run({ command, timeoutMs: 60_000 })).stdout.trim();
};
const fetched = (name: string) => inBox(`curl -skS -m5 https://${name}/ 2>&1`);
const change = (...names: string[]) =>
	changeDevboxNetwork({ db: world.db, previewBase: null }, world.actor, {
		params: { id },
		body: { mode: "enforce", egress_domains: names },
	});
async function startWorker(): Promise<WorkerMain> {
	const started = startWorkerMain({ world });
	await started.untilUp();
	return started;
}

/** A WebSocket of the box that says a line again and again. */
const ticks = async () => Number(await inBox("grep -ao tick /tmp/ticks | wc -l"));
const isSocketOpen = async () => (await inBox("pgrep -x curl || echo none")) !== "none";
async function openSocket(): Promise<void> {
	const upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
	const headers = [...upgrade, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="].map((header) => `-H '${header}'`);
	await inBox(
		`setsid nohup curl -skN --http1.1 ${headers.join(" ")} https://allowed.example/ > /tmp/ticks 2>/dev/null < /dev/null & true`,
	);
	await until("the socket speaks", async () => (await ticks()) > 5);
}

beforeAll(async () => {
	const names = { "allowed.example": at.allowed, "second.example": at.allowed, "evil.example": at.other };
	internet = await openTestInternet({ link: "dbxtfen", at, names });
	world = await createFencedWorld({ installId: "tstfen", resolver: at.dns });
	worker = await startWorker();
	({ id } = await world.create("fenced", { network_policy: { egress_domains: ["allowed.example"] } }));
	await world.untilState(id, "ready", 120_000);
}, setUpTimeoutMs);

afterAll(async () => {
	worker?.child.kill("SIGKILL");
	await world?.close();
	await internet?.close();
}, setUpTimeoutMs);

test("a box is made with its policy: what is listed is reached, what is not is not", async () => {
	expect(await fetched("allowed.example")).toContain(`reached ${at.allowed}`);
	expect(await fetched("evil.example")).not.toContain("reached");
});

test("an open connection, and the policy, stay when the worker is killed and another takes its place", async () => {
	await openSocket();
	await worker.end("SIGKILL");
	const before = await ticks();
	expect(await fetched("allowed.example")).toContain("reached");
	expect(await fetched("evil.example")).not.toContain("reached");
	worker = await startWorker();
	await until("the socket goes on", async () => (await ticks()) > before + 20);
	expect(await isSocketOpen()).toBe(true);
	expect(await fetched("evil.example")).not.toContain("reached");
});

test("what was changed while no worker ran holds when one runs, and cuts what it forbids", async () => {
	await worker.end("SIGKILL");
	await change("second.example");
	expect(await fetched("second.example")).not.toContain("reached");
	expect(await isSocketOpen()).toBe(true);
	worker = await startWorker();
	await until("the change holds", async () => (await fetched("second.example")).includes("reached"));
	await until("the socket is cut", async () => !(await isSocketOpen()));
	expect(await fetched("allowed.example")).not.toContain("reached");
	await change("allowed.example");
	await until("it is as it was", async () => (await fetched("allowed.example")).includes("reached"));
});

test("a filter that stops is started again by the worker alone; its connections end", async () => {
	await openSocket();
	await world.engine.stop({ name: filterInstance, graceMs: 0 });
	expect(await fetched("evil.example")).not.toContain("reached");
	await until("the filter is there again", async () => (await fetched("allowed.example")).includes("reached"));
	await until("the socket has ended", async () => !(await isSocketOpen()));
	expect(await fetched("evil.example")).not.toContain("reached");
});

test("a box that reboots by itself has its policy, and what it is told of it", async () => {
	const told = () => inBox("cat /run/devbox/network-policy.json").catch(() => "");
	const since = () => inBox("stat -c %Y /proc/1").catch(() => "");
	await until("it is told", async () => (await told()).includes("allowed.example"));
	const before = await since();
	await inBox("sudo systemctl reboot").catch(() => "");
	await until("it has rebooted", async () => !["", before].includes(await since()), 60_000);
	await until("it is told again", async () => (await told()).includes("allowed.example"), 60_000);
	expect(await fetched("allowed.example")).toContain("reached");
	expect(await fetched("evil.example")).not.toContain("reached");
});
