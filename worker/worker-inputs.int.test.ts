import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deleteDevbox } from "../lib/usecases/devboxes/delete-devbox.ts";
import { startDevbox } from "../lib/usecases/devboxes/start-devbox.ts";
import { stopDevbox } from "../lib/usecases/devboxes/stop-devbox.ts";
import { newKeyLine } from "../lib/vault/key-ring.ts";
import { reapFailed } from "./loops/reap-failed.ts";
import { startWorkerMain } from "./testing/worker-main.ts";
import { createWorkerWorld, until, type WorkerWorld } from "./testing/worker-world.ts";

let world: WorkerWorld;
let deps: { db: WorkerWorld["db"]; previewBase: null };
beforeAll(async () => {
	world = await createWorkerWorld();
	deps = { db: world.db, previewBase: null };
	world.worker({ leaseMs: 3_000 });
});
afterAll(() => world.close());

const tokens = { "X-Claude-Token": "sk-claude-s3cret", "X-Codex-Token": "sk-codex-s3cret" };
const secrets = {
	env: { DATABASE_URL: "postgres://ada:s3cret-of-env@db/x" },
	credential_profile: { inject_claude_token: true, inject_codex_token: true },
};

const inputsOf = (id: string) => world.db.prisma.devboxInputs.findUnique({ where: { devboxId: id } });
const messages = async (id: string) => (await world.operations(id)).map((operation) => operation.message);

describe("personal settings", () => {
	const steps = async (id: string) => (await world.operations(id)).map(({ step, status }) => `${step} ${status}`);

	it("are a step of their own where there are any, which fails no box; without any there is no such step", async () => {
		const plain = await world.create("plain");
		await world.untilState(plain.id, "ready");
		expect((await steps(plain.id)).join()).not.toContain("apply_personal_settings");
		const settings = {
			userId: world.actor.userId,
			commitName: "Ada",
			editor: "vim",
			dotfilesUrl: "https://none.invalid/x",
		};
		await world.db.prisma.userSettings.create({ data: settings });
		const { id } = await world.create("personal");
		await world.untilState(id, "ready");
		await world.db.prisma.userSettings.deleteMany();
		expect(await steps(id)).toEqual([
			"provision success",
			"inject_credentials success",
			"clone_repositories success",
			"apply_personal_settings success",
			"run_setup_commands success",
			"publish_access success",
		]);
	});
});

describe("AI tokens", () => {
	it("are out of the database as soon as they are in the box, and in no message; the environment stays sealed", async () => {
		const { id } = await world.create("tokens", secrets, tokens);
		expect((await inputsOf(id))?.aiTokens).not.toBeNull();
		await world.untilState(id, "ready");
		const inputs = await inputsOf(id);
		expect([inputs?.aiTokens, inputs?.env?.length]).toEqual([null, expect.any(Number)]);
		const [, injected = ""] = await messages(id);
		expect(injected).toContain("1 variable (DATABASE_URL)");
		expect(injected).toContain("Claude token: injected as ANTHROPIC_API_KEY");
		expect(injected).toContain("Codex token: injected as OPENAI_API_KEY");
		expect((await messages(id)).join()).not.toContain("s3cret");
		expect(JSON.stringify(world.machine.commands())).not.toContain("s3cret");
	});

	it("that were asked for and not given are told as such", async () => {
		const { id } = await world.create("tokenless", { credential_profile: { inject_claude_token: true } });
		await world.untilState(id, "ready");
		expect((await messages(id))[1]).toContain("none came with the request (header X-Claude-Token)");
	});

	it("do not come again after a restart, which says so; the environment does", async () => {
		const { id } = await world.create("restarted", secrets, tokens);
		await world.untilState(id, "ready");
		await stopDevbox(deps, world.actor, { params: { id } });
		await world.untilState(id, "stopped");
		await startDevbox(deps, world.actor, { params: { id } });
		await world.untilState(id, "ready");
		const message = (await messages(id)).at(-1);
		expect(message).toContain("1 variable (DATABASE_URL)");
		expect(message).toContain("Claude token not present");
	});

	it("are out of the database when the box failed before they were in it, and everything else of it too", async () => {
		world.machine.dieAtBoot();
		const { id } = await world.create("stillborn", secrets, tokens);
		await world.untilState(id, "failed");
		expect(await inputsOf(id)).toBeNull();
	});

	it("go with the box when it is destroyed while it waits for its engine", async () => {
		world.machine.goUnavailable();
		const { id } = await world.create("waits", secrets, tokens);
		await until("it waits", async () => (await messages(id))[0]?.includes("Waiting for the engine"));
		await deleteDevbox(deps, world.actor, { params: { id } });
		expect(await inputsOf(id)).toBeNull();
		world.machine.comeBack();
	});
});

describe("sealed values", () => {
	it("of another box are not used: the box fails and says so", async () => {
		const { id: other } = await world.create("giver", secrets, tokens);
		await world.untilState(other, "ready");
		const stolen = (await inputsOf(other))?.env ?? null;
		world.machine.setLatency("create", 300);
		const { id } = await world.create("taker", secrets, tokens);
		await world.db.prisma.devboxInputs.update({ where: { devboxId: id }, data: { env: stolen } });
		const row = await world.untilState(id, "failed");
		world.machine.setLatency("create", 0);
		expect(row.reason).toContain("not what was sealed for it");
	});

	it("that this process has no key for keep a worker from coming up, with words that say what to do", async () => {
		const { id } = await world.create("sealed", secrets, tokens);
		await world.untilState(id, "ready");
		const worker = startWorkerMain({ world, env: { DEVBOX_KEY_ENCRYPTION_KEY: newKeyLine(1) } });
		await until("it has ended", () => worker.child.exitCode !== null);
		expect(worker.child.exitCode).not.toBe(0);
		expect(worker.said()).toContain("holds another key than the one that secrets in the database were sealed with");
	});
});

describe("a failed box", () => {
	it("is kept with its machine after setup, and loses its inputs when its time is up", async () => {
		world.machine.answer("exit-seven", { code: 7, stdout: "some words\n" });
		const { id } = await world.create("setup", { ...secrets, setup_commands: ["exit-seven", "never"] }, tokens);
		const row = await world.untilState(id, "failed");
		expect(row).toMatchObject({ power: "running", releasedAt: null, keepUntil: expect.any(Date) });
		expect(row.reason).toBe("Run setup commands failed: Command 1 of 2 failed with exit code 7: exit-seven");
		expect((await messages(id))[3]).toBe(
			"Command 1 of 2 failed with exit code 7: exit-seven\n$ exit-seven\nsome words",
		);
		expect((await inputsOf(id))?.aiTokens).toBeNull();
		await world.db.prisma.devbox.update({ where: { id }, data: { keepUntil: new Date(0) } });
		await until("it is reaped", async () => {
			await reapFailed({ everyMs: 1 }).turn(world.loopContext());
			return (await world.row(id)).state === "destroyed";
		});
		expect(await inputsOf(id)).toBeNull();
	});

	it("of a clone names the repository, and each repository says what became of it", async () => {
		world.machine.answer("github.test/org/gone", { code: 128, stderr: "fatal: repository not found\n" });
		world.machine.answer("github.test/org/here", { stdout: `branch=trunk\ncommit=${"a".repeat(40)}\n` });
		const repositories = [{ full_name: "org/here" }, { full_name: "org/gone", ref: "main" }];
		const { id } = await world.create("cloned", { repositories });
		const row = await world.untilState(id, "failed");
		expect(row.reason).toMatch(
			/^Clone repositories failed: org\/gone: The repository was not found\. GitHub is not connected/,
		);
		const rows = await world.db.prisma.devboxRepository.findMany({
			where: { devboxId: id },
			orderBy: { position: "asc" },
		});
		expect(rows).toMatchObject([
			{ cloneStatus: "success", ref: "trunk", commit: "a".repeat(40), cloneError: null },
			{
				cloneStatus: "failed",
				cloneError: expect.stringMatching(/^The repository was not found\. GitHub is not connected/),
			},
		]);
	});

	it("is tried again first when only the network is missing", async () => {
		world.machine.answer("github.test/org/late", { code: 128, stderr: "fatal: Could not resolve host: github.test\n" });
		const { id } = await world.create("late", { repositories: [{ full_name: "org/late" }] });
		await until("it is tried again", async () => (await messages(id))[2]?.startsWith("Attempt 1 of 6 failed"));
		world.machine.answer("github.test/org/late", { stdout: `branch=main\ncommit=${"b".repeat(40)}\n` });
		await world.untilState(id, "ready");
		expect((await messages(id))[2]).toBe("org/late: is in /workspaces/late, at bbbbbbbbbbbb.");
	});
});
