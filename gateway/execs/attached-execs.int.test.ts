/** Attached execs through the API, in a real box. */

import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { type ExecBox, startExecBox } from "../testing/exec-box.ts";
import { createExecClient, readExecEvents, readOutcome } from "../testing/exec-client.ts";
import { startTestGateway, type TestGateway, type TestPerson } from "../testing/test-gateway.ts";
import { ringBytesMax } from "./output-ring.ts";

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

const isGone = (pid: string) => async () => (await box.look(`kill -0 ${pid} 2>/dev/null && echo alive`)) === "";

describe("a command", () => {
	test("gets its arguments as they are: no shell reads them", async () => {
		const words = ["a b", "it's", `"`, "$(id)", "`id`", "", "*", "\\", "line\nbreak", "ü☃", "-n", "!x", "%s", "~"];
		const { stdout, exit } = await execs.run({ argv: ["printf", "%s\\0", ...words] });
		expect(stdout.toString().split("\0").slice(0, -1)).toEqual(words);
		expect(exit).toMatchObject({ status: "exited", exit_code: 0, signal: null, reason: null });
	});

	test("takes one argument of nearly 128 KiB and many of them; a longer one is refused by its place", async () => {
		const long = "x".repeat(131_000);
		const { stdout } = await execs.run({
			argv: ["sh", "-c", 'echo $#; printf %s "$4" | wc -c', "sh", long, long, long, long],
		});
		expect(stdout.toString()).toBe("4\n131000\n");
		const refused = await execs.ask("/run", { body: { argv: ["echo", "x".repeat(131_072)] } });
		expect(refused.status).toBe(422);
		expect(await refused.json()).toMatchObject({ detail: [{ loc: ["body", "argv", 1] }] });
		const env = await execs.ask("", { body: { argv: ["true"], env: { A: "x".repeat(131_072) } } });
		expect(await env.json()).toMatchObject({ detail: [{ loc: ["body", "env", "A"] }] });
	});

	test("has stdout and stderr apart, and the exit code of its process; 137 is a code and SIGKILL a signal", async () => {
		const script = await execs.run({ script: "echo out; echo err >&2; exit 3" });
		expect([script.stdout.toString(), script.stderr.toString()]).toEqual(["out\n", "err\n"]);
		expect(script.exit).toMatchObject({ exit_code: 3, signal: null, stdout_bytes: 4, stderr_bytes: 4 });
		expect((await execs.run({ script: "exit 137" })).exit).toMatchObject({ exit_code: 137, signal: null });
		expect((await execs.run({ script: "kill -KILL $$" })).exit).toMatchObject({ exit_code: null, signal: "SIGKILL" });
		expect((await execs.run({ script: "kill -BUS $$" })).exit).toMatchObject({ exit_code: null, signal: "SIGBUS" });
	});

	test("that is not there, or whose directory is not, says so on stderr and ends as a shell would", async () => {
		const missing = await execs.run({ argv: ["no-such-program"] });
		expect(missing.exit).toMatchObject({ status: "exited", exit_code: 127 });
		expect(missing.stderr.toString()).toMatch(/^devbox: cannot run no-such-program: No such file/);
		const nowhere = await execs.run({ argv: ["pwd"], cwd: "/no/such" });
		expect(nowhere.exit).toMatchObject({ exit_code: 126 });
		expect(nowhere.stderr.toString()).toMatch(/^devbox: cannot enter \/no\/such/);
	});

	test("runs in the home, in a directory below it or in any other, as devbox or as root", async () => {
		const home = (await box.look("getent passwd devbox")).split(":")[5];
		const pwd = async (o: object) => (await execs.run({ argv: ["pwd"], ...o })).stdout.toString().trim();
		expect(await pwd({})).toBe(home);
		await execs.run({ argv: ["mkdir", "-p", "a b/c"] });
		expect(await pwd({ cwd: "a b/c" })).toBe(`${home}/a b/c`);
		expect(await pwd({ cwd: "/usr" })).toBe("/usr");
		expect((await execs.run({ argv: ["id", "-un"] })).stdout.toString()).toBe("devbox\n");
		expect((await execs.run({ argv: ["id", "-un"], user: "root" })).stdout.toString()).toBe("root\n");
	});

	test("has the box's environment, over it the request's own, and nothing of the connection", async () => {
		await box.look(
			"mkdir -p /run/devbox && printf 'FROM_BOX=box\\0BOTH=box\\nbox\\0' >/run/devbox/env && chown devbox /run/devbox/env",
		);
		const { stdout } = await execs.run({ argv: ["env", "-0"], env: { BOTH: "it's $HOME", EMPTY: "" } });
		const env = new Map(
			stdout
				.toString()
				.split("\0")
				.map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)]),
		);
		expect(env.get("FROM_BOX")).toBe("box");
		expect(env.get("BOTH")).toBe("it's $HOME");
		expect(env.get("EMPTY")).toBe("");
		expect(env.get("LANG")).toBe("C.UTF-8");
		expect([...env.keys()].filter((name) => name?.startsWith("SSH_"))).toEqual([]);
		await box.look("rm /run/devbox/env");
	});

	test("keeps what a start-up file of the shell prints out of its output", async () => {
		await execs.run({
			script:
				"cp ~/.bashrc ~/bashrc-before 2>/dev/null; sed -i '1i echo NOISE; echo NOISE >&2' ~/.bashrc || echo 'echo NOISE' >~/.bashrc",
		});
		// Runners that began before do not know of it.
		const fresh = createExecClient(gate, ann, await gate.addDevbox(ann));
		const { stdout, exit } = await fresh.run({ argv: ["echo", "mine"] });
		await execs.run({ script: "rm -f ~/.bashrc; mv ~/bashrc-before ~/.bashrc 2>/dev/null || true" });
		expect([stdout.toString(), exit?.exit_code]).toEqual(["mine\n", 0]);
	});
});

describe("input", () => {
	test("of the request is the command's whole input; without any it is empty", async () => {
		expect((await execs.run({ argv: ["cat"], stdin: "in\nput ü" })).stdout.toString()).toBe("in\nput ü");
		expect((await execs.run({ argv: ["cat"] })).exit).toMatchObject({ exit_code: 0, stdout_bytes: 0 });
		expect((await execs.run({ argv: ["true"], stdin: "x".repeat(500_000) })).exit).toMatchObject({ exit_code: 0 });
	});

	test("that stays open is written piece by piece, past what a pipe holds, and ended", async () => {
		const { id } = await execs.create({ argv: ["sha256sum"], stdin_open: true });
		const outcome = execs.stream(id).then((response) => readOutcome(response));
		const piece = "0123456789abcdef".repeat(60_000);
		expect((await execs.write(id, piece)).status).toBe(204);
		expect((await execs.write(id, piece, "?eof=true")).status).toBe(204);
		const { stdout } = await outcome;
		expect(stdout.toString()).toContain(
			createHash("sha256")
				.update(piece + piece)
				.digest("hex"),
		);
		const late = await execs.write(id, "more");
		expect([late.status, ((await late.json()) as { code: string }).code]).toEqual([409, "wrong_state"]);
	});

	test("is refused where it was not asked to stay open, saying how to", async () => {
		const { id } = await execs.create({ argv: ["sleep", "60"] });
		const response = await execs.write(id, "x");
		expect(response.status).toBe(409);
		expect(await response.json()).toMatchObject({ code: "wrong_state", detail: expect.stringContaining("stdin_open") });
		await execs.cancel(id);
	});
});

describe("a terminal", () => {
	test("is one: with a size that changes, an echo, and Ctrl-C", async () => {
		const { id } = await execs.create({
			script: "trap 'stty size' WINCH; stty size; while :; do sleep 0.1; done",
			tty: true,
			cols: 100,
			rows: 30,
		});
		let text = "";
		const seen = (async () => {
			for await (const { event, data } of readExecEvents(await execs.stream(id))) {
				if (event === "stdout") text += Buffer.from(String(data.data), "base64").toString();
				if (event === "exit") return data;
			}
			return null;
		})();
		await eventually("the size is told", () => text.includes("30 100"));
		const resized = await execs.ask(`/${id}/resize`, { body: { cols: 120, rows: 40 } });
		expect(resized.status).toBe(204);
		await eventually("the new size is told", () => text.includes("40 120"));
		await execs.write(id, "typed\n");
		await eventually("what was typed is echoed", () => text.includes("typed\r\n"));
		await execs.write(id, "\u0003");
		expect(await seen).toMatchObject({ status: "exited", signal: "SIGINT", exit_code: null });
	});

	test("has no other exec a size to change", async () => {
		const { id } = await execs.create({ argv: ["sleep", "60"] });
		const response = await execs.ask(`/${id}/resize`, { body: { cols: 1, rows: 1 } });
		expect(response.status).toBe(409);
		await execs.cancel(id);
	});
});

describe("the end of an exec", () => {
	const tree = "sh -c 'sleep 300 & trap \"\" TERM; echo $!; while :; do sleep 1; done' & echo $!; wait";

	test("by cancelling is the end of all of its processes, also of those that do not listen", async () => {
		const { id } = await execs.create({ script: tree });
		const pids: string[] = [];
		for await (const { event, data } of readExecEvents(await execs.stream(id))) {
			if (event === "stdout") pids.push(...Buffer.from(String(data.data), "base64").toString().trim().split("\n"));
			if (pids.length === 2) break;
		}
		await execs.cancel(id);
		const exec = await eventually(
			"it has ended",
			async () => {
				const now = await execs.get(id);
				return now.status === "exited" && now;
			},
			15_000,
		);
		expect(exec).toMatchObject({ signal: "SIGTERM", exit_code: null, reason: "It was cancelled." });
		for (const pid of pids) await eventually(`${pid} is gone`, isGone(pid));
		expect(await execs.cancel(id)).toMatchObject({ status: "exited", signal: "SIGTERM" });
	}, 40_000);

	test("by its timeout is told as such, and its true end with it", async () => {
		const startedAt = performance.now();
		const { exit } = await execs.run({ argv: ["sleep", "60"], timeout_ms: 300 });
		expect(exit).toMatchObject({
			status: "exited",
			signal: "SIGTERM",
			reason: expect.stringContaining("timeout of 300 ms"),
		});
		expect(performance.now() - startedAt).toBeLessThan(5_000);
		const kind = await execs.run({ script: "trap 'exit 7' TERM; while :; do sleep 0.05; done", timeout_ms: 300 });
		expect(kind.exit).toMatchObject({ exit_code: 7, signal: null });
	});

	test("by a signal: sent to the whole group, as devbox and as root", async () => {
		for (const user of ["devbox", "root"]) {
			const { id } = await execs.create({
				script: "trap 'echo got it; exit 9' USR1; echo up; while :; do sleep 0.05; done",
				user,
			});
			const outcome = execs.stream(id).then((response) => readOutcome(response));
			await eventually("it is up", async () => (await execs.get(id)).stdout_bytes > 0);
			await execs.signal(id, "SIGUSR1");
			expect((await outcome).exit).toMatchObject({ exit_code: 9 });
		}
		const unknown = await execs.ask("/exe_0000000000000000/signal", { body: { signal: "SEGV" } });
		expect(unknown.status).toBe(422);
	});

	test("does not wait for what it left in the background, which goes on", async () => {
		const startedAt = performance.now();
		const { stdout, exit } = await execs.run({ script: "sleep 20 & echo $!" });
		expect(exit).toMatchObject({ exit_code: 0 });
		expect(performance.now() - startedAt).toBeLessThan(5_000);
		const pid = stdout.toString().trim();
		expect(await isGone(pid)()).toBe(false);
		await box.look(`kill ${pid}`);
	});

	test("comes to an exec that nobody follows, after as long as was asked for", async () => {
		const { id } = await execs.create({ script: "echo $$; exec sleep 300", linger_ms: 200 });
		const row = () => gate.db.prisma.exec.findUniqueOrThrow({ where: { id } });
		const exec = await eventually("it is ended", async () => {
			const now = await row();
			return now.status === "exited" && now;
		});
		expect(exec).toMatchObject({
			signal: "SIGTERM",
			reason: expect.stringContaining("No request followed it for 0.2 s"),
		});
	});

	test("waits for as long as somebody follows it, and comes when they have gone", async () => {
		const abort = new AbortController();
		const body = { script: "while :; do echo tick; sleep 0.1; done", linger_ms: 300 };
		const response = await execs.ask("/run", { body, signal: abort.signal });
		const events = readExecEvents(response);
		const id = String((await events.next()).value?.data.id);
		// Eight tenths of a second.
		for (let ticks = 0; ticks < 8; ) if ((await events.next()).value?.event === "stdout") ticks += 1;
		expect((await gate.db.prisma.exec.findUniqueOrThrow({ where: { id } })).status).toBe("running");
		abort.abort();
		await eventually(
			"it is ended",
			async () => (await gate.db.prisma.exec.findUniqueOrThrow({ where: { id } })).status === "exited",
		);
	});
});

describe("output", () => {
	test("of 50 MB comes whole to a slow reader, while the gateway holds little of it", async () => {
		const bytes = 50_000_000;
		const response = await execs.ask("/run", {
			body: { script: `head -c ${bytes} /dev/zero | tr '\\0' x; echo end >&2` },
		});
		const before = heldBytes();
		let got = 0;
		let most = 0;
		let end: Record<string, unknown> | null = null;
		for await (const { event, data } of readExecEvents(response)) {
			if (event === "stdout") {
				expect(data.offset).toBe(got);
				got += Buffer.byteLength(String(data.data), "base64");
				// Slow: it asks something else in between.
				if (got % 1_000_000 < 70_000) {
					await execs.ask("?limit=1").then((page) => page.text());
					most = Math.max(most, heldBytes());
				}
			}
			if (event === "exit") end = data;
		}
		expect(got).toBe(bytes);
		expect(end).toMatchObject({ exit_code: 0, stdout_bytes: bytes, stderr_bytes: 4, is_stdout_truncated: true });
		// Reader and gateway share this process; whole, the output would be 50 MB here and 67 MB in base64.
		expect(most).toBeGreaterThan(0);
		expect(most - before).toBeLessThan(45_000_000);
	});

	test("waits in the box while nobody reads, and is then whole", async () => {
		const { id } = await execs.create({ script: "head -c 5000000 /dev/zero" });
		await eventually("the ring is full", async () => (await execs.get(id)).stdout_bytes >= ringBytesMax);
		expect((await execs.get(id)).stdout_bytes).toBeLessThan(3 * ringBytesMax);
		const { stdout, exit } = await readOutcome(await execs.stream(id));
		expect([stdout.length, exit?.exit_code]).toEqual([5_000_000, 0]);
	});

	test("is resumed byte for byte, and what is not kept any more is said to be gone", async () => {
		const { exec, stdout } = await execs.run({ script: "seq 1 400000" });
		const whole = stdout.toString();
		const from = whole.length - 1_000;
		const resumed = await readOutcome(await execs.stream(exec.id, `?stdout_offset=${from}`), {
			stdout: from,
			stderr: 0,
		});
		expect(resumed.stdout.toString()).toBe(whole.slice(from));
		const late = await readOutcome(await execs.stream(exec.id, "?stdout_offset=10"), { stdout: 10, stderr: 0 });
		const gap = late.events.find(({ event }) => event === "gap")?.data;
		expect(gap).toMatchObject({ stream: "stdout", offset: 10, next_offset: expect.any(Number) });
		expect(late.stdout.toString()).toBe(whole.slice(Number(gap?.next_offset)));
		expect(late.exit).toMatchObject({ exit_code: 0, is_stdout_truncated: true });
	});

	test("is downloaded as a file that no page can run, saying where it begins", async () => {
		const { exec } = await execs.run({ script: "echo '<script>'; echo oops >&2" });
		const response = await execs.logs(exec.id, "stderr", 2);
		expect(await response.text()).toBe("ps\n");
		expect(Object.fromEntries(response.headers)).toMatchObject({
			"content-type": "application/octet-stream",
			"content-disposition": `attachment; filename="${exec.id}.stderr"`,
			"content-security-policy": "sandbox; default-src 'none'",
			"x-content-type-options": "nosniff",
			"devbox-log-offset": "2",
		});
	});
});

describe("requests", () => {
	test("32 at once each get their own output and end", async () => {
		const outcomes = await Promise.all(
			Array.from({ length: 32 }, (_, n) => execs.run({ script: `sleep 0.1; echo ${n}; exit ${n}` })),
		);
		expect(outcomes.map(({ stdout }) => stdout.toString())).toEqual(outcomes.map((_, n) => `${n}\n`));
		expect(outcomes.map(({ exit }) => exit?.exit_code)).toEqual(outcomes.map((_, n) => n));
	});

	test("repeated with the same Idempotency-Key run the command once", async () => {
		const headers = { "idempotency-key": "create-once" };
		const body = { script: "echo run >>/tmp/idempotent; sleep 60" };
		const first = await execs.create(body, { headers });
		const again = await execs.create(body, { headers });
		expect(again.id).toBe(first.id);
		await eventually("it runs", async () => (await box.look("cat /tmp/idempotent 2>/dev/null || :")) === "run");
		await execs.cancel(first.id);
		const joined = { headers: { "idempotency-key": "join" } };
		const one = await execs.run({ script: "echo joined >>/tmp/idempotent; echo out" }, joined);
		const two = await execs.run({ script: "echo joined >>/tmp/idempotent; echo out" }, joined);
		expect([two.exec.id, two.stdout.toString(), two.exit?.exit_code]).toEqual([one.exec.id, "out\n", 0]);
		expect(await box.look("cat /tmp/idempotent; rm /tmp/idempotent")).toBe("run\njoined");
		const other = await execs.ask("/run", { body: { argv: ["true"] }, ...joined });
		expect(other.status).toBe(422);
	});

	test("that are not sound are refused, each by its place", async () => {
		for (const [body, place] of [
			[{}, "argv"],
			[{ argv: ["a"], script: "b" }, "script"],
			[{ argv: [""] }, "argv"],
			[{ argv: [] }, "argv"],
			[{ argv: ["a"], detach: true, tty: true }, "tty"],
			[{ argv: ["a"], env: { "A-B": "x" } }, "env"],
			[{ argv: ["a"], user: "nobody" }, "user"],
			[{ argv: ["a\0b"] }, "argv"],
		] as const) {
			const response = await execs.ask("/run", { body });
			expect(response.status).toBe(422);
			const { detail } = (await response.json()) as { detail: { loc: string[] }[] };
			expect(detail.map(({ loc }) => loc[1])).toContain(place);
		}
	});

	test("for a box that is stopped are answered with how to start it", async () => {
		const stopped = await gate.addDevbox(ann, { state: "stopped", power: "off", desiredState: "stopped" });
		const response = await createExecClient(gate, ann, stopped).ask("/run", { body: { argv: ["true"] } });
		expect(response.status).toBe(409);
		expect(await response.json()).toMatchObject({ code: "wrong_state", detail: expect.stringContaining("Start it") });
	});

	test("of another person find nothing", async () => {
		const { exec } = await execs.run({ argv: ["true"] });
		const bob = await gate.addPerson();
		for (const path of [`/${exec.id}`, `/${exec.id}/stream`, `/${exec.id}/logs/stdout`])
			expect((await execs.ask(path, { as: bob })).status).toBe(404);
		const ofOtherBox = createExecClient(gate, ann, await gate.addDevbox(ann));
		expect((await ofOtherBox.ask(`/${exec.id}`)).status).toBe(404);
	});

	test("list execs page by page, newest first, and count as use of the box", async () => {
		const id = await gate.addDevbox(ann);
		const own = createExecClient(gate, ann, id);
		const made: string[] = [];
		for (let n = 0; n < 5; n++) made.unshift((await own.run({ argv: ["true"] })).exec.id);
		const listed: string[] = [];
		for (let cursor: string | null = ""; cursor !== null; ) {
			const response = await own.ask(`?limit=2${cursor && `&cursor=${cursor}`}`);
			const page = (await response.json()) as { data: { id: string; status: string }[]; next_cursor: string | null };
			expect(page.data.every(({ status }) => status === "exited")).toBe(true);
			listed.push(...page.data.map((exec) => exec.id));
			cursor = page.next_cursor;
		}
		expect(listed).toEqual(made);
		expect((await own.ask("?cursor=nonsense")).status).toBe(422);
		expect((await gate.db.prisma.devbox.findUniqueOrThrow({ where: { id } })).lastUsedAt).not.toBeNull();
	});
});

/** What is held, not what waits to be collected: how much of that there is depends on how fast the machine is. */
function heldBytes(): number {
	setFlagsFromString("--expose-gc");
	(runInNewContext("gc") as () => void)();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}
