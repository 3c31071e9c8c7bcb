/** Detached execs through the API, in a real box: the supervisor there keeps them, whatever becomes of us. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { type ExecBox, startExecBox } from "../testing/exec-box.ts";
import { createExecClient, readExecEvents, readOutcome } from "../testing/exec-client.ts";
import { startTestGateway, type TestGateway } from "../testing/test-gateway.ts";

let box: ExecBox;
let gate: TestGateway;
let execs: ReturnType<typeof createExecClient>;

beforeAll(async () => {
	box = await startExecBox();
	gate = await startTestGateway({ openLinks: box.openLinks });
	const ann = await gate.addPerson();
	execs = createExecClient(gate, ann, await gate.addDevbox(ann));
});

afterAll(async () => {
	await gate?.close();
	await box?.close();
});

const ended = (id: string) =>
	eventually(
		`${id} has ended`,
		async () => {
			const exec = await execs.get(id);
			return exec.status !== "running" && exec;
		},
		20_000,
	);

describe("a detached exec", () => {
	test("is given what an attached one is: arguments, input, environment, directory, user", async () => {
		await box.look("mkdir -p /run/devbox && printf 'FROM_BOX=box\\0' >/run/devbox/env && chmod 644 /run/devbox/env");
		const script = 'printf "%s|" "$FROM_BOX" "$OWN" "$(pwd)" "$(id -un)"; cat';
		for (const user of ["devbox", "root"]) {
			const env = { OWN: "it's $1", PERL5OPT: "-Mno_such_module" };
			const { id } = await execs.create({ script, detach: true, stdin: "in\nput", cwd: "/usr", env, user });
			const { stdout, exit } = await readOutcome(await execs.stream(id));
			expect(stdout.toString()).toBe(`box|it's $1|/usr|${user}|in\nput`);
			expect(exit).toMatchObject({ mode: "detached", status: "exited", exit_code: 0 });
		}
		await box.look("rm /run/devbox/env");
		const words = ["a b", "it's", "$(id)", "", "ü\n☃", "x".repeat(130_000)];
		const { id } = await execs.create({ argv: ["printf", "%s\\0", ...words], detach: true });
		const { stdout } = await readOutcome(await execs.stream(id));
		expect(stdout.toString().split("\0").slice(0, -1)).toEqual(words);
	});

	test("shows none of its environment and input in the box's process list", async () => {
		const { id } = await execs.create({
			argv: ["sleep", "30"],
			detach: true,
			env: { KEY: "s3cret-in-env" },
			stdin: "s3cret-in",
		});
		expect(await box.look("ps axww -o args | grep -v grep | grep -c s3cret")).toBe("0");
		await execs.cancel(id);
	});

	test("outlives the gateway: another one resumes it byte for byte, to its true end", async () => {
		const script = "for n in $(seq 1 300); do echo line $n; echo err $n >&2; sleep 0.01; done; exit 41";
		const { id } = await execs.create({ script, detach: true });
		const got = { stdout: "", stderr: "" };
		let error: Record<string, unknown> | null = null;
		let isRestarting: Promise<void> | null = null;
		for await (const { event, data } of readExecEvents(await execs.stream(id))) {
			if (event === "stdout" || event === "stderr") {
				expect(data.offset).toBe(got[event].length);
				got[event] += Buffer.from(String(data.data), "base64").toString();
			} else if (event === "error") error = data;
			if (got.stdout.length > 200) isRestarting ??= gate.restart();
		}
		await isRestarting;
		expect(error).toMatchObject({ code: "unavailable" });
		const from = { stdout: got.stdout.length, stderr: got.stderr.length };
		const query = `?stdout_offset=${from.stdout}&stderr_offset=${from.stderr}`;
		const rest = await readOutcome(await execs.stream(id, query), from);
		const all = (word: string) => Array.from({ length: 300 }, (_, n) => `${word} ${n + 1}\n`).join("");
		expect(got.stdout + rest.stdout.toString()).toBe(all("line"));
		expect(got.stderr + rest.stderr.toString()).toBe(all("err"));
		expect(rest.exit).toMatchObject({ status: "exited", exit_code: 41, stdout_bytes: all("line").length });
		expect((await execs.get(id)).exit_code).toBe(41);
	});

	test("keeps 10 MiB of each stream, says that there was more, and goes on", async () => {
		const { id } = await execs.create({ script: "head -c 12000000 /dev/zero; echo small >&2; exit 5", detach: true });
		const exec = await ended(id);
		const kept = 10 * 1024 * 1024;
		expect(exec).toMatchObject({
			exit_code: 5,
			stdout_bytes: kept,
			is_stdout_truncated: true,
			stderr_bytes: 6,
			is_stderr_truncated: false,
		});
		const from = kept - 100;
		const resumed = await readOutcome(await execs.stream(id, `?stdout_offset=${from}`), { stdout: from, stderr: 0 });
		expect([resumed.stdout.length, resumed.stderr.toString()]).toEqual([100, "small\n"]);
		const log = await execs.logs(id, "stdout", from);
		expect([log.headers.get("content-security-policy"), (await log.arrayBuffer()).byteLength]).toEqual([
			"sandbox; default-src 'none'",
			100,
		]);
		expect(await (await execs.logs(id, "stderr")).text()).toBe("small\n");
		expect(await (await execs.logs(id, "stderr", 100)).text()).toBe("");
	});

	test("ends at its timeout though no gateway and no link is there, with all of its processes", async () => {
		const { id } = await execs.create({ script: "sleep 300 & echo $! $$; wait", detach: true, timeout_ms: 1_500 });
		const pids = await eventually("it has said who it is", async () =>
			(await (await execs.logs(id, "stdout")).text()).trim(),
		);
		await gate.gateway.close();
		try {
			for (const pid of pids.split(" "))
				await eventually(
					`${pid} is gone`,
					async () => (await box.look(`kill -0 ${pid} 2>/dev/null && echo alive`)) === "",
				);
		} finally {
			await gate.restart();
		}
		expect(await ended(id)).toMatchObject({
			status: "exited",
			signal: "SIGTERM",
			reason: expect.stringContaining("timeout of 1500 ms"),
		});
	});

	test("is cancelled with all of its processes, and tells its true end", async () => {
		const script = "sh -c 'trap \"\" TERM; while :; do sleep 1; done' & echo $!; sleep 300";
		const { id } = await execs.create({ script, detach: true });
		const pid = await eventually("it runs", async () => (await (await execs.logs(id, "stdout")).text()).trim());
		const outcome = execs.stream(id).then((response) => readOutcome(response));
		expect(await execs.cancel(id)).toMatchObject({ reason: "It was cancelled." });
		expect((await outcome).exit).toMatchObject({ status: "exited", signal: "SIGTERM", reason: "It was cancelled." });
		await eventually(
			"the deaf child is gone",
			async () => (await box.look(`kill -0 ${pid} 2>/dev/null && echo alive`)) === "",
		);
	}, 40_000);

	test("gets signals, and is refused what only an attached one has", async () => {
		const { id } = await execs.create({
			script: "trap 'exit 9' USR1; echo up; while :; do sleep 0.05; done",
			detach: true,
		});
		await eventually("it is up", async () => (await execs.get(id)).stdout_bytes > 0);
		for (const response of [
			await execs.write(id, "x"),
			await execs.ask(`/${id}/resize`, { body: { cols: 9, rows: 9 } }),
		])
			expect(response.status).toBe(409);
		await execs.signal(id, "USR1");
		expect(await ended(id)).toMatchObject({ exit_code: 9 });
		expect((await execs.ask(`/${id}/signal`, { body: { signal: "INT" } })).status).toBe(409);
	});

	test("whose files were removed in the box has no log any more, in words; asking for heads leaves nothing open", async () => {
		const { id } = await execs.create({ argv: ["echo", "out"], detach: true });
		await ended(id);
		// More than a link has channels.
		for (let n = 0; n < 300; n++) {
			const head = await execs.ask(`/${id}/logs/stdout`, { method: "HEAD" });
			expect(head.status).toBe(200);
		}
		await execs.run({ script: `rm -r ~/.local/state/devbox/execs/${id}` });
		const gone = await execs.logs(id, "stdout");
		expect([gone.status, ((await gone.json()) as { detail: string }).detail]).toEqual([
			404,
			expect.stringContaining("was removed"),
		]);
	}, 60_000);

	test("that cannot run says so as an attached one does", async () => {
		const { id } = await execs.create({ argv: ["no-such-program"], detach: true });
		const { stderr, exit } = await readOutcome(await execs.stream(id));
		expect(stderr.toString()).toMatch(/^devbox: cannot run no-such-program/);
		expect(exit?.exit_code).toBe(127);
	});

	test("whose supervisor was killed is lost, and no end is made up for it", async () => {
		const { id } = await execs.create({ script: "echo $PPID; exec sleep 300", detach: true });
		const supervisor = await eventually("it runs", async () => (await (await execs.logs(id, "stdout")).text()).trim());
		await box.look(`kill -KILL ${supervisor}; pkill -KILL -s ${supervisor}; true`);
		expect(await ended(id)).toMatchObject({
			status: "lost",
			exit_code: null,
			signal: null,
			reason: expect.stringContaining("no exit status"),
		});
	});

	test("with the same Idempotency-Key is the same one", async () => {
		const headers = { "idempotency-key": "detached" };
		const first = await execs.create({ argv: ["sleep", "30"], detach: true }, { headers });
		expect((await execs.create({ argv: ["sleep", "30"], detach: true }, { headers })).id).toBe(first.id);
		await execs.cancel(first.id);
	});
});
