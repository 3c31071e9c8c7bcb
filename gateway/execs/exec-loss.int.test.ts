/** What becomes of attached execs when what they hang on goes: the gateway, the link, the box, the credential. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecResponse } from "../../lib/contract/execs.ts";
import { readRunningOf, sendExecOrder } from "../../lib/db/execs.ts";
import { registerGateway } from "../../lib/db/gateways.ts";
import { eventually } from "../testing/eventually.ts";
import { type ExecBox, startExecBox } from "../testing/exec-box.ts";
import { createExecClient, readExecEvents, readOutcome } from "../testing/exec-client.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";

let box: ExecBox;
let gate: TestGateway;
let ann: TestPerson;
let devboxId: string;
let execs: ReturnType<typeof createExecClient>;

beforeAll(async () => {
	box = await startExecBox();
	gate = await startTestGateway({ openLinks: box.openLinks });
	ann = await gate.addPerson();
	devboxId = await gate.addDevbox(ann);
	execs = createExecClient(gate, ann, devboxId);
});

afterAll(async () => {
	await gate?.close();
	await box?.close();
});

type Running = { id: string; pids: string[]; end: Promise<{ event: string; data: Record<string, unknown> }> };

/** A process with a child that does not listen to SIGTERM, and a reader of its stream. */
async function runTree(o: { client?: typeof execs; headers?: Record<string, string> } = {}): Promise<Running> {
	const client = o.client ?? execs;
	const script = "sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & echo $$; wait";
	const { id } = await client.create({ script }, { headers: o.headers });
	const events = readExecEvents(await client.stream(id));
	const pids: string[] = [];
	while (pids.length < 2) {
		const { value } = await events.next();
		if (value?.event === "stdout")
			pids.push(...Buffer.from(String(value.data.data), "base64").toString().trim().split("\n"));
	}
	const readRest = async () => {
		for await (const event of events) if (event.event === "exit" || event.event === "error") return event;
		return { event: "none", data: {} };
	};
	return { id, pids, end: readRest() };
}

async function expectGone(pids: string[]): Promise<void> {
	for (const pid of pids)
		await eventually(
			`${pid} is gone`,
			async () => (await box.look(`kill -0 ${pid} 2>/dev/null && echo alive`)) === "",
			15_000,
		);
}

const rowOf = (id: string) => gate.db.prisma.exec.findUniqueOrThrow({ where: { id } });

describe("an attached exec", () => {
	test("is lost with its gateway: told so to who reads, ended in the box, and lost for the next gateway", async () => {
		const { id, pids, end } = await runTree();
		await gate.restart();
		expect(await end).toMatchObject({ event: "exit", data: { status: "lost", exit_code: null, signal: null } });
		await expectGone(pids);
		expect(await execs.get(id)).toMatchObject({
			status: "lost",
			exit_code: null,
			reason: expect.stringContaining("restarted"),
		});
		const late = await readOutcome(await execs.stream(id));
		expect(late.events.map(({ event }) => event)).toEqual(["exec", "gap", "exit"]);
		expect((await execs.logs(id, "stdout")).status).toBe(404);
	});

	test("of a gateway that was killed is lost as soon as another one comes to its place", async () => {
		const { id } = await execs.create({ argv: ["true"] });
		await eventually("it has ended", async () => (await rowOf(id)).status === "exited");
		const address = (await gate.db.prisma.gateway.findFirstOrThrow()).address;
		const dead = { id: "gwy_dead", address };
		await gate.db.prisma.gateway.create({ data: dead });
		const old = {
			status: "running",
			gatewayId: dead.id,
			exitCode: null,
			finishedAt: null,
			createdAt: new Date(Date.now() - 60_000),
		};
		await gate.db.prisma.exec.update({ where: { id }, data: old });
		await gate.restart();
		await registerGateway(gate.db, { id: "gwy_next", address });
		expect(await rowOf(id)).toMatchObject({
			status: "lost",
			exitCode: null,
			reason: expect.stringContaining("gateway"),
		});
	});

	test("that runs as far as its row knows is found by its gateway, unless it is known to run or young", async () => {
		const { id } = await execs.create({ argv: ["sleep", "60"] });
		const { gatewayId, createdAt } = await rowOf(id);
		const found = async (before: Date, known: string[]) => {
			const rows = await readRunningOf(gate.db, { gatewayId: gatewayId ?? "", before, known });
			return rows.some((row) => row.id === id);
		};
		const later = new Date(createdAt.getTime() + 1_000);
		expect([await found(later, []), await found(later, [id]), await found(createdAt, [])]).toEqual([
			true,
			false,
			false,
		]);
		await execs.cancel(id);
	});

	test("is lost with its link, and ended in the box", async () => {
		const { id, pids, end } = await runTree();
		box.breakLinks();
		expect(await end).toMatchObject({ event: "exit", data: { status: "lost", exit_code: null, signal: null } });
		await expectGone(pids);
		await expect.poll(async () => (await rowOf(id)).reason).toContain("connection into the devbox was lost");
		expect((await execs.run({ argv: ["echo", "back"] })).stdout.toString()).toBe("back\n");
	});

	test("is lost with its box, in words, and never with exit code 0", async () => {
		for (const [change, words] of [
			[{ state: "stopped", desiredState: "stopped", power: "off" }, "stopped while it ran"],
			[{ state: "destroyed", desiredState: "destroyed", power: "off" }, "destroyed while it ran"],
		] as const) {
			const id = await gate.addDevbox(ann);
			const { end } = await runTree({ client: createExecClient(gate, ann, id) });
			await gate.db.prisma.devbox.update({ where: { id }, data: change });
			const { event, data } = await end;
			expect([event, data.status, data.exit_code]).toEqual(["exit", "lost", null]);
			expect(data.reason).toContain(words);
		}
	});

	test("ends with the token that started it, in the box and for who reads, even one of two tokens", async () => {
		const provider = await gate.addToken(ann, { kind: "provider" });
		const personal = await gate.addToken(ann);
		const headers = { "x-provider-token": provider.token, authorization: `Bearer ${personal.token}` };
		const { id, pids, end } = await runTree({ headers });
		await gate.db.prisma.apiToken.update({ where: { id: provider.id }, data: { revokedAt: new Date() } });
		await expectGone(pids);
		expect(await end).toMatchObject({
			event: "exit",
			data: { signal: "SIGTERM", reason: expect.stringContaining("revoked") },
		});
		// The end is told first and written then.
		await expect.poll(() => rowOf(id)).toMatchObject({ status: "exited", signal: "SIGTERM" });
	}, 40_000);

	test("goes on when a token that only read it is revoked; that reader's stream ends", async () => {
		const reader = await gate.addToken(ann);
		const { id } = await execs.create({ argv: ["sleep", "300"] });
		const response = await execs.ask(`/${id}/stream`, {
			as: undefined,
			headers: { authorization: `Bearer ${reader.token}` },
		});
		const outcome = readOutcome(response);
		await gate.db.prisma.apiToken.update({ where: { id: reader.id }, data: { revokedAt: new Date() } });
		expect((await outcome).error).toMatchObject({ code: "unauthenticated" });
		expect((await execs.get(id)).status).toBe("running");
		await execs.cancel(id);
	});

	test("held by another gateway is cancelled by way of the database", async () => {
		const { id, end } = await runTree();
		await sendExecOrder(gate.db, id, { kind: "cancel", reason: "Told from afar." });
		expect(await end).toMatchObject({
			data: { signal: "SIGTERM", reason: "Told from afar." } as Partial<ExecResponse>,
		});
	}, 40_000);
});
