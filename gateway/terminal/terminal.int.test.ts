import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { terminalUnackedBytesMax } from "../../lib/contract/terminal-protocol.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { eventually } from "../testing/eventually.ts";
import { floodBytes, startTerminalBox, type TerminalBox } from "../testing/terminal-box.ts";
import { askTicket, openTerminal, type TerminalClient } from "../testing/terminal-client.ts";
import { signIn, startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";
import { terminalsPerCredentialMax } from "./terminal-server.ts";

let box: TerminalBox;
let gate: TestGateway;
let ann: TestPerson;
let bob: TestPerson;
let devbox: string;
/** A name of this run: tmux servers of one user share a socket on a developer's machine. */
const main = `t${randomBytes(4).toString("hex")}`;

beforeAll(async () => {
	box = await startTerminalBox();
	gate = await startTestGateway({ openLinks: box.openLinks });
	ann = await gate.addPerson();
	bob = await gate.addPerson({ workspaceId: ann.workspaceId });
	devbox = await gate.addDevbox(ann, { name: "work" });
});

afterAll(async () => {
	await gate.close();
	await box.close();
});

async function open(terminal: string, o: { as?: TestPerson; devbox?: string } = {}): Promise<TerminalClient> {
	const person = o.as ?? ann;
	return openTerminal(gate, { url: await askTicket(gate, person, o.devbox ?? devbox, terminal), as: person });
}

describe("who gets a terminal", () => {
	test("not a page of another site, with whatever ticket", async () => {
		const url = await askTicket(gate, ann, devbox);
		for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1"])
			await expect(openTerminal(gate, { url, as: ann, origin })).rejects.toThrow("403");
	});

	test("not a stranger who found a ticket", async () => {
		const url = await askTicket(gate, ann, devbox);
		await expect(openTerminal(gate, { url })).rejects.toThrow("401");
	});

	test("not another person's session, nor another browser of the same person: the ticket is the session's own", async () => {
		const url = await askTicket(gate, ann, devbox);
		for (const person of [bob, await signIn(gate.db, ann)]) {
			const { code, message } = await (await openTerminal(gate, { url, as: person })).closed;
			expect([code, message]).toEqual([4001, { type: "closed", code: "ticket_refused", reason: expect.any(String) }]);
		}
	});

	test("not twice with one ticket", async () => {
		const url = await askTicket(gate, ann, devbox, "exit7");
		await (await openTerminal(gate, { url, as: ann })).closed;
		expect((await (await openTerminal(gate, { url, as: ann })).closed).code).toBe(4001);
	});

	test("not one more than a session may have, and again when one is closed", async () => {
		const browser = await signIn(gate.db, ann);
		const idle = { url: "/api/v1/terminal?ticket=unused", as: browser, size: null };
		const clients = await Promise.all(
			Array.from({ length: terminalsPerCredentialMax }, () => openTerminal(gate, idle)),
		);
		expect((await (await openTerminal(gate, idle)).closed).message).toMatchObject({ code: "too_many" });
		clients[0]?.socket.close();
		await clients[0]?.closed;
		const next = await openTerminal(gate, { url: await askTicket(gate, browser, devbox, "exit7"), as: browser });
		expect((await next.closed).message?.type).toBe("exit");
		for (const client of clients) client.socket.terminate();
	});

	test("not for a box that stopped since the ticket was given", async () => {
		const other = await gate.addDevbox(ann);
		const url = await askTicket(gate, ann, other);
		await gate.db.prisma.devbox.update({ where: { id: other }, data: { state: "stopped", power: "off" } });
		expect((await (await openTerminal(gate, { url, as: ann })).closed).code).toBe(4003);
	});
});

describe("a terminal", () => {
	test("is a shell of the user devbox on a pty of the asked size, and follows the window", async () => {
		const client = await open(main);
		await eventually("ready", () => client.messages.some(({ type }) => type === "ready"));
		client.type("echo size=$(stty size) user=$(id -un) term=$TERM color=$COLORTERM lang=$LANG\r");
		await client.waitFor("size=24 80 user=devbox");
		await client.waitFor("color=truecolor lang=C.UTF-8");
		client.resize(132, 43);
		await eventually("the new size", () => {
			client.type("echo now=$(stty size)\r");
			return client.tail().includes("now=43 132");
		});
		client.type("printf '\\303\\251=%s\\n' \u00fc\u4e16\r");
		await client.waitFor("\u00e9=\u00fc\u4e16");
		client.socket.close();
		await client.closed;
	});

	test("stands in the audit log from its opening to its end", async () => {
		const client = await open("exit7");
		await client.closed;
		const told = () =>
			gate.db.prisma.auditEvent.findMany({ where: { targetId: devbox }, orderBy: { seq: "desc" }, take: 3 });
		await eventually("the end", async () => (await told())[0]?.action === "terminal.close");
		const by = { userId: ann.userId, credentialId: ann.sessionId, address: "127.0.0.1", outcome: "success" };
		expect(await told()).toMatchObject([
			{ ...by, action: "terminal.close", detail: { terminal: "exit7", seconds: expect.any(Number) } },
			{ ...by, action: "terminal.open", detail: { terminal: "exit7" } },
			{ ...by, action: "terminal.ticket", detail: { terminal: "exit7" } },
		]);
	});

	test("never shows its marker, and comes back to the same shell where tmux is there", async () => {
		const first = await open(main);
		const ready = await eventually("ready", () => first.messages.find(({ type }) => type === "ready"));
		expect(first.tail()).not.toContain("]devbox;");
		if (ready.type !== "ready" || ready.mode === "shell") return;
		// Before it attaches tmux throws away what was typed (docs/status.md).
		await first.waitFor("$ ");
		first.type("secret=$((6*7))\r");
		await eventually("the prompt", () => first.tail().includes("secret"));
		first.socket.terminate();
		const second = await open(main);
		await eventually("ready", () => second.messages.some(({ type }) => type === "ready"));
		expect(second.messages[0]).toEqual({ type: "ready", mode: "tmux", existing: true });
		await second.waitFor("$ ");
		second.type("echo kept=$secret\r");
		await second.waitFor("kept=42");
		second.type("exit\r");
		expect((await second.closed).message?.type).toBe("exit");
	});

	test("says how its program ended", async () => {
		const client = await open("exit7");
		expect(await client.closed).toEqual({ code: 1000, message: { type: "exit", code: 7 } });
	});

	test("brings 50 MB whole to a client that keeps up", async () => {
		const client = await open("flood");
		expect((await client.closed).message).toEqual({ type: "exit", code: 0 });
		expect(client.bytes()).toBe(floodBytes);
	});

	test("sends only so far ahead of a client that does not", async () => {
		const client = await open("flood");
		client.acknowledge(false);
		await settled(() => client.bytes());
		expect(client.bytes()).toBeGreaterThan(terminalUnackedBytesMax / 2);
		expect(client.bytes()).toBeLessThan(terminalUnackedBytesMax + 256 * 1024);
		client.acknowledge(true);
		expect((await client.closed).message).toEqual({ type: "exit", code: 0 });
		expect(client.bytes()).toBe(floodBytes);
	});

	test("does not take in what its program does not read", async () => {
		const client = await open("stall");
		await eventually("ready", () => client.messages.some(({ type }) => type === "ready"));
		const piece = Buffer.alloc(256 * 1024, "x");
		for (let n = 0; n < 128; n++) client.socket.send(piece);
		await settled(() => client.socket.bufferedAmount);
		expect(client.socket.bufferedAmount).toBeGreaterThan(16 * 1024 * 1024);
		client.socket.terminate();
	});

	test("ends at a message that is none, at bytes before a size, and at a lie about what was received", async () => {
		const cases: ((client: TerminalClient) => void)[] = [
			(client) => client.socket.send("{"),
			(client) => client.socket.send(JSON.stringify({ type: "resize", cols: 1, rows: 24 })),
			(client) => client.type("ls"),
			(client) => client.socket.send(JSON.stringify({ type: "ack", bytes: 1 })),
		];
		for (const act of cases) {
			const client = await openTerminal(gate, { url: await askTicket(gate, ann, devbox), as: ann, size: null });
			act(client);
			expect((await client.closed).message).toMatchObject({ type: "closed", code: "bad_message" });
		}
	});

	test("notes that its box is in use", async () => {
		const other = await gate.addDevbox(ann);
		const client = await open("stall", { devbox: other });
		await eventually("last use", async () => {
			const row = await gate.db.prisma.devbox.findUniqueOrThrow({ where: { id: other } });
			return row.lastUsedAt;
		});
		client.socket.terminate();
	});
});

describe("the end of a terminal", () => {
	test("comes within a second when the session is revoked", async () => {
		const browser = await signIn(gate.db, ann);
		const client = await open("stall", { as: browser });
		await eventually("ready", () => client.messages.length > 0);
		const startedAt = performance.now();
		await gate.request(`/api/v1/users/me/sessions/${browser.sessionId}`, { as: ann, method: "DELETE" });
		const { code, message } = await client.closed;
		expect([code, message]).toEqual([4002, { type: "closed", code: "session_ended", reason: expect.any(String) }]);
		expect(performance.now() - startedAt).toBeLessThan(1_000);
	});

	test("comes at once when its box is destroyed, though the engine has done nothing yet", async () => {
		const other = await gate.addDevbox(ann, { name: "doomed" });
		const client = await open("stall", { devbox: other });
		await eventually("ready", () => client.messages.length > 0);
		await gate.request(`/api/v1/devboxes/${other}`, { as: ann, method: "DELETE" });
		const { code, message } = await client.closed;
		expect(code).toBe(4003);
		expect(message).toMatchObject({ code: "not_running", reason: expect.stringContaining("doomed was destroyed") });
		await eventually("its links to be dropped", () => box.dropped.has(instanceName(other)));
	});

	test("names a lost link, from which a new ticket brings a new terminal", async () => {
		const client = await open("stall");
		await eventually("ready", () => client.messages.length > 0);
		box.breakLinks();
		expect(await client.closed).toMatchObject({ code: 4005, message: { type: "closed", code: "link_lost" } });
		const next = await open("exit7");
		expect((await next.closed).message).toEqual({ type: "exit", code: 7 });
	});

	test("is announced when the server stops", async () => {
		const other = await startTestGateway({ openLinks: box.openLinks });
		const person = await other.addPerson();
		const url = await askTicket(other, person, await other.addDevbox(person), "stall");
		const client = await openTerminal(other, { url, as: person });
		await eventually("ready", () => client.messages.length > 0);
		const startedAt = performance.now();
		await other.close();
		expect(await client.closed).toMatchObject({ code: 1001, message: { type: "closed", code: "shutting_down" } });
		expect(performance.now() - startedAt).toBeLessThan(5_000);
	});
});

/** Resolves when the figure stays the same over 20 looks, 10 ms apart, after it was more than zero. */
async function settled(look: () => number): Promise<void> {
	let last = 0;
	let same = 0;
	await eventually("the figure settles", () => {
		const now = look();
		same = now === last && now > 0 ? same + 1 : 0;
		last = now;
		return same >= 20;
	});
}
