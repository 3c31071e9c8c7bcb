import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Box } from "./box.ts";
import { Compute } from "./compute.ts";
import { createApi } from "./devbox-client.ts";
import { DevboxError } from "./devbox-error.ts";
import { createOutputTail } from "./exec-output.ts";
import { streamExec } from "./exec-stream.ts";
import {
	breakOff,
	devbox,
	json,
	type ScriptedServer,
	silence,
	sse,
	startScriptedServer,
} from "./testing/scripted-server.ts";
import { createTransport } from "./transport.ts";

const path = "/devboxes/dbx_0000000000000001/execs";
const exec = (o: object = {}) => ({
	id: "exe_1",
	status: "running",
	exit_code: null,
	signal: null,
	reason: null,
	...o,
});
const exited = (exit_code: number | null = 0, o: object = {}) => exec({ status: "exited", exit_code, ...o });
const base64 = (text: string) => Buffer.from(text).toString("base64");
const out = (offset: number, text: string, stream = "stdout"): [string, unknown] => [
	stream,
	{ offset, data: base64(text) },
];

let server: ScriptedServer;
let box: Box;
beforeEach(async () => {
	server = await startScriptedServer();
	server.on("GET /devboxes/dbx_0000000000000001", json(200, devbox()));
	server.on(`DELETE ${path}/exe_1`, json(202, exited(null, { signal: "SIGTERM" })));
	box = await new Compute({ apiKey: "k", baseUrl: server.url, retriesMax: 1 }).box.get("dbx_0000000000000001");
});
afterEach(() => server.close());

const failure = async (call: Promise<unknown>): Promise<unknown> =>
	call.then(
		() => "no failure",
		(reason: unknown) => reason,
	);
const bodyOf = (at: number) => JSON.parse(server.requests.filter(({ method }) => method === "POST")[at]?.body ?? "");

describe("exec", () => {
	test("hands the arguments over as they are, and answers what the process said", async () => {
		server.on(
			`POST ${path}/run`,
			sse([["exec", exec()], out(0, "hello "), out(0, "oops", "stderr"), out(6, "world"), ["exit", exited(3)]]),
		);
		const chunks: string[] = [];
		const result = await box.exec(["echo", "a b", "$(id)"], {
			cwd: "/tmp",
			env: { A: "1" },
			stdin: "in",
			timeoutMs: 1_000,
			onStdout: (chunk) => chunks.push(new TextDecoder().decode(chunk)),
		});
		expect(result).toEqual({
			id: "exe_1",
			exitCode: 3,
			signal: null,
			stdout: "hello world",
			stderr: "oops",
			isTruncated: false,
			reason: null,
		});
		expect(chunks).toEqual(["hello ", "world"]);
		expect(bodyOf(0)).toMatchObject({ argv: ["echo", "a b", "$(id)"], cwd: "/tmp", env: { A: "1" }, stdin: "in" });
		expect(bodyOf(0)).toMatchObject({ timeout_ms: 1_000, stdin_open: false });
	});

	test("goes on where it was after the connection broke, and gives nothing twice", async () => {
		server.on(`POST ${path}/run`, sse([["exec", exec()], out(0, "abc"), out(0, "x", "stderr")], "break"));
		server.on(
			`GET ${path}/exe_1/stream`,
			breakOff,
			sse([["exec", exec()], out(2, "cdef")], "break"),
			sse([out(6, "g"), ["exit", exited()]]),
		);
		const result = await box.exec(["true"]);
		expect(result).toMatchObject({ stdout: "abcdefg", stderr: "x", exitCode: 0 });
		const resumed = server.asked().filter((asked) => asked.startsWith(`GET ${path}/exe_1/stream`));
		expect(resumed.at(-1)).toBe(`GET ${path}/exe_1/stream?stdout_offset=6&stderr_offset=1`);
	});

	test("is ordered once, also when its first answer got lost", async () => {
		server.on(
			`POST ${path}/run`,
			breakOff,
			sse([], "break"),
			sse([
				["exec", exec()],
				["exit", exited()],
			]),
		);
		expect((await box.exec(["true"])).exitCode).toBe(0);
		const keys = server.requests.map(({ headers }) => headers["idempotency-key"]).filter(Boolean);
		expect(keys).toHaveLength(3);
		expect(new Set(keys).size).toBe(1);
	});

	test("that nobody saw end is `lost`, never 0", async () => {
		const lost = exec({ status: "lost", reason: "The devbox was destroyed." });
		server.on(
			`POST ${path}/run`,
			sse([
				["exec", exec()],
				["exit", lost],
			]),
		);
		expect(await failure(box.exec(["true"]))).toMatchObject({ code: "lost", detail: "The devbox was destroyed." });
	});

	test("learns from its row how it ended when there is no stream any more", async () => {
		server.on(`POST ${path}/run`, sse([["exec", exec()]], "break"));
		server.on(`GET ${path}/exe_1/stream`, json(409, { code: "wrong_state", detail: "stopped" }));
		server.on(`GET ${path}/exe_1`, json(200, exited(null, { signal: "SIGKILL" })));
		expect(await box.exec(["true"])).toMatchObject({ exitCode: null, signal: "SIGKILL" });
	});

	test("in a devbox that does not run is refused with the server's words", async () => {
		server.on(`POST ${path}/run`, json(409, { code: "wrong_state", detail: "task is stopped. Start it." }));
		const error = await failure(box.exec(["true"]));
		expect(error).toBeInstanceOf(DevboxError);
		expect(error).toMatchObject({ code: "wrong_state", detail: "task is stopped. Start it." });
	});

	test("ends the command when it is aborted", async () => {
		server.on(`POST ${path}/run`, sse([["exec", exec()], out(0, "x")], "stay"));
		const controller = new AbortController();
		const call = failure(box.exec(["sleep", "1"], { signal: controller.signal, onStdout: () => controller.abort() }));
		expect(await call).toMatchObject({ code: "aborted" });
		expect(server.asked()).toContain(`DELETE ${path}/exe_1`);
	});

	test("ends the command when a handler fails, and keeps the handler's error", async () => {
		server.on(`POST ${path}/run`, sse([["exec", exec()], out(0, "x")], "stay"));
		const mine = new Error("disk full");
		const fail = () => {
			throw mine;
		};
		expect(await failure(box.exec(["true"], { onStdout: fail }))).toBe(mine);
		expect(server.asked()).toContain(`DELETE ${path}/exe_1`);
	});

	test("says when output is missing: not kept by the server, or more than asked for here", async () => {
		server.on(
			`POST ${path}/run`,
			sse([
				["exec", exec()],
				["gap", { stream: "stdout", offset: 0, next_offset: 90 }],
				out(90, "tail"),
				["exit", exited()],
			]),
		);
		expect(await box.exec(["true"])).toMatchObject({ stdout: "tail", isTruncated: true });
		server.on(`POST ${path}/run`, sse([["exec", exec()], out(0, "0123456789"), ["exit", exited()]]));
		expect(await box.exec(["true"], { outputMaxBytes: 4 })).toMatchObject({ stdout: "6789", isTruncated: true });
	});

	test("streams what is too large for the order to standard input, once the command runs", async () => {
		server.on(`POST ${path}/run`, sse([["exec", exec()]], "stay"));
		server.on(`POST ${path}/exe_1/stdin`, json(204, null));
		server.on(`GET ${path}/exe_1/stream`, sse([["exit", exited()]]));
		async function* parts() {
			yield "a".repeat(10);
			yield new TextEncoder().encode("b");
		}
		const controller = new AbortController();
		const call = failure(box.exec(["cat"], { stdin: parts(), signal: controller.signal }));
		await expect.poll(() => server.asked()).toContain(`POST ${path}/exe_1/stdin?eof=true`);
		controller.abort();
		await call;
		expect(bodyOf(0)).toMatchObject({ stdin_open: true });
		expect(server.requests.find((request) => request.path.includes("/stdin"))?.body).toBe("aaaaaaaaaab");
	});

	test("a command that does not read its input is no failure", async () => {
		server.on(`POST ${path}/exe_1/stdin`, json(409, { code: "conflict", detail: "It has closed its input." }));
		server.on(
			`POST ${path}/run`,
			sse([
				["exec", exec()],
				["exit", exited()],
			]),
		);
		expect((await box.exec(["true"], { stdin: new Uint8Array(10) })).exitCode).toBe(0);
	});

	test("detached takes no input that would be lost with the connection", async () => {
		const stdin = new Uint8Array(1);
		expect(await failure(box.exec(["cat"], { detach: true, stdin }))).toMatchObject({ code: "invalid" });
	});
});

describe("execs", () => {
	test("start answers at once, wait follows from the first byte, over restarts", async () => {
		server.on(`POST ${path}`, json(201, exec({ mode: "detached" })));
		const started = await box.execs.start(["npm", "test"]);
		expect(bodyOf(0)).toMatchObject({ argv: ["npm", "test"], detach: true });
		server.on(
			`GET ${path}/exe_1/stream`,
			sse([["exec", exec()], out(0, "one "), ["error", { code: "unavailable", detail: "The server restarts." }]]),
			breakOff,
			sse([["exec", exec()], out(4, "two"), ["exit", exited(7)]]),
		);
		expect(await started.wait()).toMatchObject({ exitCode: 7, stdout: "one two" });
		expect(started.data.status).toBe("exited");
	});

	test("a wait that is aborted leaves the command alone", async () => {
		server.on(`GET ${path}/exe_1`, json(200, exec()));
		server.on(`GET ${path}/exe_1/stream`, silence);
		const found = await box.execs.get("exe_1");
		const controller = new AbortController();
		const call = failure(found.wait({ signal: controller.signal }));
		await expect.poll(() => server.asked().length).toBe(3);
		controller.abort();
		expect(await call).toMatchObject({ code: "aborted" });
		expect(server.asked().some((asked) => asked.startsWith("DELETE"))).toBe(false);
	});
});

describe("a command that says nothing, over connections that break", () => {
	beforeEach(() => vi.useFakeTimers());
	afterEach(() => vi.useRealTimers());

	const encode = (type: string, data: unknown) =>
		new TextEncoder().encode(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);

	/** Each connection begins with what runs; `then` says how it goes on. */
	async function follow(then: (to: ReadableStreamDefaultController<Uint8Array>, startedAt: number) => void) {
		const startedAt = Date.now();
		let connections = 0;
		const transport = createTransport({
			fetch: async () => {
				connections++;
				const body = new ReadableStream<Uint8Array>({
					start(to) {
						to.enqueue(encode("exec", exec()));
						then(to, startedAt);
					},
				});
				return new Response(body, { headers: { "content-type": "text/event-stream" } });
			},
		});
		const source = { kind: "existing", execId: "exe_1", offsets: { stdout: 0, stderr: 0 } } as const;
		const events = streamExec({ transport, api: createApi(transport), devboxId: "dbx_1" }, source);
		const read = async () => {
			let last = "";
			for await (const event of events) last = event.type;
			return last;
		};
		const result = failureOr(read());
		await vi.advanceTimersByTimeAsync(300_000);
		return { result: await result, connections };
	}
	const failureOr = (call: Promise<string>) => call.catch((reason: unknown) => reason);

	test("is lost when none of them gives more than its beginning, and is asked for ever more seldom", async () => {
		const { result, connections } = await follow((to) => {
			to.enqueue(encode("error", { code: "unavailable", detail: "restarting" }));
			to.close();
		});
		expect(result).toMatchObject({ code: "lost" });
		expect(connections).toBeLessThan(40);
	});

	test("is followed on when they last", async () => {
		const { result } = await follow((to, startedAt) => {
			setTimeout(() => {
				if (Date.now() - startedAt > 200_000) to.enqueue(encode("exit", exited()));
				to.close();
			}, 10_000);
		});
		expect(result).toBe("exit");
	});
});

describe("kept output", () => {
	test("is the end of it, and bounded on the way", () => {
		const tail = createOutputTail(1_000);
		for (let i = 0; i < 5_000; i++) tail.add(new TextEncoder().encode(String(i % 10).repeat(100)));
		expect(tail.text()).toBe([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => String(digit).repeat(100)).join(""));
		expect(tail.isCut()).toBe(true);
	});
});
