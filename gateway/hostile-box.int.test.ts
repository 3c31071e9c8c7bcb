import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TerminalServerMessage, terminalUnackedBytesMax } from "../lib/contract/terminal-protocol.ts";
import { instanceName } from "../lib/domain/ids.ts";
import { linkLimits } from "../lib/link/link-limits.ts";
import { createEngineWorld, type EngineWorld } from "../worker/testing/engine-world.ts";
import { eventually } from "./testing/eventually.ts";
import { type GatewayProcess, startGatewayProcess } from "./testing/gateway-process.ts";
import { copyInto, type HostileMachine, makeHostile } from "./testing/hostile-machine.ts";
import { askTicket, openTerminal, type TerminalClient } from "./testing/terminal-client.ts";
import { addPerson, type TestPerson } from "./testing/test-gateway.ts";

/** The link's own 15 s, and what a busy machine adds. */
const errorWithinMs = 20_000;
const honestWithinMs = 10_000;
/** On top of the gateway's highest mark before any box did harm: gigabytes come from the box below. */
const memoryGrowthMax = 192 * 1024 * 1024;
/** Connections to the engine that are kept for the next use. */
const keptSocketsMax = 20;

let world: EngineWorld;
let gate: GatewayProcess;
let ann: TestPerson;
let evil: string;
let honest: string;
let machine: HostileMachine;
let rssAtStart = 0;
let filesAtStart = 0;

beforeAll(async () => {
	world = await createEngineWorld();
	await world.startWorker();
	gate = await startGatewayProcess({
		databaseUrl: world.database.url,
		dataDir: world.dir,
		installId: world.installId,
	});
	ann = await addPerson(world.db);
	[evil, honest] = await Promise.all([createBox("evil"), createBox("honest")]);
	machine = await makeHostile({ engine: world.engine, instance: instanceName(evil) });
	// The tests' image may lack it.
	const runtime = path.resolve(import.meta.dirname, "../images/base/runtime");
	await copyInto({
		engine: world.engine,
		instance: instanceName(honest),
		from: runtime,
		paths: ["."],
		to: "/usr/lib/devbox",
	});
	await expectHonest();
	rssAtStart = await gate.rssPeakBytes();
	filesAtStart = await gate.openFiles();
});
afterAll(async () => {
	await gate?.stop();
	await world?.close();
});
/** A link that an earlier test left open would hide what the box does to a new one. */
beforeEach(() => dropLinks());

async function createBox(name: string): Promise<string> {
	const response = await gate.request("/api/v1/devboxes", {
		as: ann,
		body: { name, image: "builtin:base", size: "s" },
	});
	const { id } = (await response.json()) as { id: string };
	await world.untilState(id, "ready", 60_000);
	return id;
}

/** As a stop and a start do: the gateway lets go of what it has into the hostile box. */
async function dropLinks(): Promise<void> {
	await world.db.prisma.devbox.update({ where: { id: evil }, data: { power: "off" } });
	await eventually("no link is left", async () => !(await machine.isLinked()));
	await world.db.prisma.devbox.update({ where: { id: evil }, data: { power: "running" } });
}

/** The gateway has nothing to do with what the box still sends. */
async function expectQuiet(): Promise<void> {
	let last = { at: performance.now(), cpu: await gate.cpuSeconds() };
	await eventually(
		"the gateway is idle",
		async () => {
			const now = { at: performance.now(), cpu: await gate.cpuSeconds() };
			const seconds = (now.at - last.at) / 1000;
			if (seconds < 0.5) return false;
			const share = (now.cpu - last.cpu) / seconds;
			last = now;
			return share < 0.15;
		},
		5_000,
	);
}

type Failure = { status: number; code: string; detail: string; ms: number };

async function ports(id: string): Promise<Response> {
	return gate.request(`/api/v1/devboxes/${id}/ports`, { as: ann });
}

async function portsFailure(): Promise<Failure> {
	const startedAt = performance.now();
	const response = await ports(evil);
	const { code, detail } = (await response.json()) as { code: string; detail: string };
	return { status: response.status, code, detail, ms: performance.now() - startedAt };
}

async function open(id: string): Promise<TerminalClient> {
	return openTerminal(gate, { url: await askTicket(gate, ann, id), as: ann });
}

async function terminalEnd(): Promise<{ message: TerminalServerMessage | undefined; ms: number }> {
	const startedAt = performance.now();
	const { message } = await (await open(evil)).closed;
	return { message, ms: performance.now() - startedAt };
}

/** The other box answers, by command and by terminal, while this one does its worst. */
async function expectHonest(): Promise<void> {
	const startedAt = performance.now();
	expect((await ports(honest)).status).toBe(200);
	const client = await open(honest);
	await eventually("a terminal in the honest box", () => client.messages.some(({ type }) => type === "ready"));
	client.type("echo sum=$((40+2))\r");
	await client.waitFor("sum=42");
	client.socket.close();
	expect(performance.now() - startedAt).toBeLessThan(honestWithinMs);
}

describe("an sshd that was replaced by root in the box", () => {
	const programs = [
		{
			what: "talks garbage, from two processes",
			script: "cat /dev/urandom &\nexec cat /dev/urandom",
			says: /openssh-server/,
		},
		{ what: "greets without end", script: 'exec yes "I will let you in soon"', says: /openssh-server/ },
		{ what: "never says anything", script: "exec sleep 600", says: /did not answer in time/ },
		{ what: "ends at once", script: "exit 0", says: /openssh-server/ },
	];

	test.each(programs)(
		"and $what: its user is told in time, other boxes answer meanwhile, and it is over then",
		async (o) => {
			await machine.replaceSshd(o.script);
			const [terminal, command] = await Promise.all([terminalEnd(), portsFailure(), expectHonest()]);
			expect(terminal.message).toEqual({ type: "closed", code: "unavailable", reason: expect.stringMatching(o.says) });
			expect(command.status).toBeGreaterThanOrEqual(503);
			expect(["unavailable", "timeout"]).toContain(command.code);
			expect(command.detail).toMatch(o.says);
			expect(Math.max(terminal.ms, command.ms)).toBeLessThan(errorWithinMs);
			await expectQuiet();
		},
	);

	test("and floods its error output beside an honest link: the link works, and nobody reads the flood", async () => {
		await machine.replaceSshd('yes "error" >&2 &\nexec $real "$@"');
		expect((await ports(evil)).status).toBe(200);
		await expectQuiet();
		await expectHonest();
		await dropLinks();
		await expectQuiet();
	});

	test("and asks for channels and forwards towards us: all are refused, and it learns nothing of ours or of others", async () => {
		await machine.speakSsh("reach");
		const response = await ports(evil);
		const client = await open(evil);
		const notes = await eventually("all attempts are answered", async () => {
			const all = await machine.notes();
			const answered = all.filter(({ kind }) => kind === "channel").length;
			const asked = all.filter(({ kind }) => kind === "request").length;
			const told = all.filter(({ kind }) => kind === "control").length;
			return answered >= 2 * attempts + controlConnections && asked > 2 && told >= 4 ? all : null;
		});
		const outcomes = notes
			.filter(({ kind }) => kind === "channel" || kind === "forward")
			.map(({ what }) => what as Outcome);
		const opened = outcomes.filter(({ outcome }) => outcome === "open");
		expect(new Set(opened.map(({ name }) => name))).toEqual(new Set(["control socket"]));
		expect(opened.length).toBe(linkLimits.serverChannelsMax);
		expect(outcomes.filter(({ name }) => name === "tcp port" || name === "socket").length).toBeGreaterThan(0);
		const answers = notes.filter(({ kind }) => kind === "control").map(({ what }) => what as { answer: string });
		// A CONNECT gets a closed connection.
		const statuses = answers.map(({ answer }) => /^HTTP\/1.1 (\d+)/.exec(answer)?.[1]);
		expect(statuses.sort()).toEqual(["200", "404", "404", "404"]);
		expect(answers.find(({ answer }) => answer.includes(" 200 "))?.answer).toContain(
			JSON.stringify({ devboxId: evil, name: "evil" }),
		);
		await expectNothingOfOurs(JSON.stringify(notes));
		// It lied about its ports, and what is no port is none.
		const listed = (await response.json()) as { data: { port: number }[] };
		expect(listed.data.map(({ port }) => port)).toEqual([70, 80]);
		client.socket.close();
	});

	test("and floods a terminal within its window: the gateway holds no more than its client takes, and it ends with the client", async () => {
		await machine.speakSsh("flood-within");
		const reading = await open(evil);
		const stalled = await open(evil);
		stalled.acknowledge(false);
		await eventually("20 MB have come", () => reading.bytes() > 20_000_000, 30_000);
		expect(stalled.bytes()).toBeLessThan(terminalUnackedBytesMax + 256 * 1024);
		await expectHonest();
		for (const { socket } of [reading, stalled]) socket.terminate();
		await expectQuiet();
	});

	test("and floods what we ask it, without end: its user is told in time", async () => {
		await machine.speakSsh("flood-within");
		const [failure] = await Promise.all([portsFailure(), expectHonest()]);
		expect(failure).toMatchObject({ status: 504, code: "timeout" });
		await expectQuiet();
	});

	test("and floods a terminal past its window: the terminal ends", async () => {
		await machine.speakSsh("flood-past");
		const client = await open(evil);
		client.acknowledge(false);
		expect((await client.closed).message).toMatchObject({ type: "closed", code: "link_lost" });
		await expectHonest();
		await expectQuiet();
	});
});

describe("after all that", () => {
	test("the gateway has not grown, and holds nothing open for the box", async () => {
		expect(gate.isRunning()).toBe(true);
		expect((await gate.rssPeakBytes()) - rssAtStart).toBeLessThan(memoryGrowthMax);
		await dropLinks();
		await eventually("its files are closed", async () => (await gate.openFiles()) <= filesAtStart + keptSocketsMax);
	});

	test("the box can still be destroyed, and is gone from the engine", async () => {
		const box = await gate.request(`/api/v1/devboxes/${evil}`, { as: ann });
		expect(((await box.json()) as { actions: string[] }).actions).toContain("destroy");
		expect((await gate.request(`/api/v1/devboxes/${evil}`, { as: ann, method: "DELETE" })).status).toBe(204);
		await eventually("it is released", async () => (await world.row(evil)).releasedAt, 60_000);
		expect([...(await world.host.instances()).keys()]).toEqual([instanceName(honest)]);
		await expectHonest();
	});
});

type Outcome = { name: string; outcome: "open" | "refused" };

/** Per link, as hostile-sshd-process.ts asks; the control socket is the root link's alone. */
const attempts = 7;
const controlConnections = 40;

async function expectNothingOfOurs(learnt: string): Promise<void> {
	const key = await readFile(path.join(world.dir, "engine/client.key"), "utf8");
	const certificate = await readFile(path.join(world.dir, "engine/client.crt"), "utf8");
	const secrets = [
		world.database.url,
		new URL(world.database.url).port,
		world.dir,
		...[key, certificate].map((pem) => pem.split("\n")[1] ?? ""),
		ann.cookie.split("=")[1] ?? "",
		ann.userId,
		ann.workspaceId,
		honest,
		instanceName(honest),
		"PRIVATE KEY",
		"DATABASE_URL",
		new URL(gate.origin).port,
	];
	for (const secret of secrets) {
		expect(secret.length).toBeGreaterThan(3);
		expect(learnt).not.toContain(secret);
	}
}
