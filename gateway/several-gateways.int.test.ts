/** Two gateways on one database, as replicas behind a load balancer: whichever a client meets, it finds the same. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./testing/eventually.ts";
import { type ExecBox, startExecBox } from "./testing/exec-box.ts";
import { createExecClient, readExecEvents, readOutcome } from "./testing/exec-client.ts";
import { openSshClient } from "./testing/ssh-client.ts";
import { askTicket, openTerminal } from "./testing/terminal-client.ts";
import { requestOf, startTestGateway, type TestGateway, type TestPerson } from "./testing/test-gateway.ts";

let box: ExecBox;
let gate: TestGateway;
let another: Awaited<ReturnType<TestGateway["startAnother"]>>;
/** The second one, as tests see a gateway. */
let second: TestGateway;
let ann: TestPerson;
let devbox: string;
let here: ReturnType<typeof createExecClient>;
let there: ReturnType<typeof createExecClient>;

beforeAll(async () => {
	box = await startExecBox();
	gate = await startTestGateway({ openLinks: box.openLinks });
	another = await gate.startAnother();
	second = {
		...gate,
		gateway: another.gateway,
		origin: another.origin,
		request: (path, o) => requestOf(another.origin, path, o),
	};
	ann = await gate.addPerson();
	devbox = await gate.addDevbox(ann, { name: "work" });
	here = createExecClient(gate, ann, devbox);
	there = createExecClient(second, ann, devbox);
	const known = async () => (await gate.db.pool.query("SELECT 1 FROM gateways")).rowCount === 2;
	await eventually("both gateways are known", known);
});

afterAll(async () => {
	await another?.close();
	await gate?.close();
	await box?.close();
});

describe("an exec that one gateway holds", () => {
	test("is listed, read, signalled and cancelled at the other", async () => {
		const { id } = await here.create({ script: "trap 'echo got-usr1' USR1; echo up; while :; do sleep 0.1; done" });
		expect(await there.get(id)).toMatchObject({ id, status: "running" });
		const listed = (await (await there.ask("?status=running")).json()) as { data: { id: string }[] };
		expect(listed.data.map((exec) => exec.id)).toContain(id);
		let heard = "";
		for await (const { event, data } of readExecEvents(await there.stream(id))) {
			if (event === "stdout") heard += Buffer.from(String(data.data), "base64").toString();
			if (heard === "up\n") {
				heard += " ";
				await there.signal(id, "SIGUSR1");
			}
			if (heard.includes("got-usr1")) break;
		}
		await there.cancel(id);
		const ended = async () => (await there.get(id)).status === "exited";
		await eventually("it has ended for both", ended);
		expect(await here.get(id)).toMatchObject({ status: "exited", signal: "SIGTERM" });
	});

	test("is followed at the other byte for byte, resumed by offset, and its end is the true one", async () => {
		const { id } = await here.create({ script: "echo one; echo two; echo err >&2; sleep 0.5; echo three; exit 41" });
		const outcome = await readOutcome(await there.stream(id));
		expect(outcome.stdout.toString()).toBe("one\ntwo\nthree\n");
		expect(outcome.stderr.toString()).toBe("err\n");
		expect(outcome.exit).toMatchObject({ status: "exited", exit_code: 41 });
		const rest = await readOutcome(await there.stream(id, "?stdout_offset=4"), { stdout: 4, stderr: 0 });
		expect(rest.stdout.toString()).toBe("two\nthree\n");
		expect(await (await there.ask(`/${id}/logs/stdout`)).text()).toBe("one\ntwo\nthree\n");
	});

	test("takes its input at the other", async () => {
		const { id } = await here.create({ argv: ["cat"], stdin_open: true });
		expect((await there.write(id, "from the other\n", "?eof=true")).status).toBe(204);
		expect((await readOutcome(await there.stream(id))).stdout.toString()).toBe("from the other\n");
	});

	test("is joined by a repetition of its request at the other, and runs once", async () => {
		const headers = { "idempotency-key": "both" };
		const body = { script: "echo ran >>/tmp/several; sleep 1; echo done" };
		const first = here.run(body, { headers });
		await eventually("it runs", async () => (await box.look("cat /tmp/several 2>/dev/null || :")) === "ran");
		const [one, two] = await Promise.all([first, there.run(body, { headers })]);
		expect([two.exec.id, two.stdout.toString(), two.exit?.exit_code]).toEqual([one.exec.id, "done\n", 0]);
		expect(await box.look("cat /tmp/several; rm /tmp/several")).toBe("ran");
	});

	test("stays another person's secret, and a stranger's request is not passed on", async () => {
		const { id } = await here.create({ argv: ["sleep", "60"] });
		const eve = await gate.addPerson();
		expect((await second.request(`/api/v1/devboxes/${devbox}/execs/${id}/stream`, { as: eve })).status).toBe(404);
		expect((await second.request(`/api/v1/devboxes/${devbox}/execs/${id}/stream`)).status).toBe(401);
		await here.cancel(id);
	});
});

test("a session that is revoked at one gateway ends its streams at the other", async () => {
	const { id } = await here.create({ argv: ["sleep", "60"], linger_ms: 60_000 });
	const { token, id: tokenId } = await gate.addToken(ann);
	const path = `/api/v1/devboxes/${devbox}/execs/${id}/stream`;
	const response = await second.request(path, { headers: { authorization: `Bearer ${token}` } });
	const outcome = readOutcome(response);
	expect((await gate.request(`/api/v1/tokens/${tokenId}`, { as: ann, method: "DELETE" })).status).toBe(204);
	expect((await outcome).error).toMatchObject({ code: "unauthenticated" });
	await here.cancel(id);
});

test("a terminal's ticket from one gateway opens it at the other, and ssh is let in by both", async () => {
	const url = await askTicket(gate, ann, devbox);
	const terminal = await openTerminal(second, { url, as: ann });
	terminal.type("echo $((40 + 2))\r");
	await terminal.waitFor("42");
	terminal.socket.close();

	const known = (await (await gate.request("/api/v1/ssh", { as: ann })).json()) as { known_hosts: string };
	for (const { sshAddress } of [gate.gateway, another.gateway]) {
		const port = sshAddress?.port ?? 0;
		// Both have the one host key.
		const knownHosts = known.known_hosts.replaceAll(/\]:\d+/g, `]:${port}`);
		const client = openSshClient({ port, knownHosts });
		const body = { public_key: client.publicKey };
		expect((await second.request("/api/v1/users/me/ssh-key", { as: ann, method: "PUT", body })).status).toBe(204);
		const { code, stdout, stderr } = await client.run("ssh", ["work@box", "echo in; exit 3"]);
		expect([code, stdout.toString(), stderr]).toEqual([3, "in\n", ""]);
		client.close();
	}
});

test("an exec whose gateway has gone is lost, and is said to be at the one that is left", async () => {
	const third = await gate.startAnother();
	const gone = { ...gate, request: (path: string, o: object) => requestOf(third.origin, path, o) } as TestGateway;
	const { id } = await createExecClient(gone, ann, devbox).create({ argv: ["sleep", "60"] });
	const following = readOutcome(await here.stream(id));
	await third.close();
	expect((await following).exit).toMatchObject({ status: "lost", exit_code: null });
	expect(await here.get(id)).toMatchObject({ status: "lost", exit_code: null });
	expect((await readOutcome(await here.stream(id))).exit).toMatchObject({ status: "lost" });
});
