import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Box } from "./box.ts";
import { Compute } from "./compute.ts";
import { DevboxError } from "./devbox-error.ts";
import type { Devbox } from "./generated/api.ts";
import {
	breakOff,
	devbox,
	eventsAfter,
	json,
	type ScriptedServer,
	sse,
	startScriptedServer,
} from "./testing/scripted-server.ts";

const box = "/devboxes/dbx_0000000000000001";
const requested = devbox({ state: "requested", power: "off" });
const nameTaken = json(409, { code: "name_taken", detail: "taken" });

let server: ScriptedServer;
let c: Compute;
beforeEach(async () => {
	server = await startScriptedServer();
	c = new Compute({ apiKey: "k", baseUrl: server.url });
});
afterEach(() => server.close());

const failure = async (call: Promise<unknown>): Promise<DevboxError> => {
	const error = await call.then(
		() => null,
		(reason: unknown) => reason,
	);
	if (error instanceof DevboxError) return error;
	throw new Error(`expected a DevboxError, got ${String(error)}`);
};

/** A created box that is `requested` at first, and what its event stream then says. */
function creates(...events: [string, unknown][]) {
	server.on("POST /devboxes", json(202, requested));
	server.on(`GET ${box}`, json(200, requested));
	server.on(`GET ${box}/operations`, json(200, { data: [] }));
	server.on("GET /events", eventsAfter(server, `GET ${box}`, events));
}

describe("Compute", () => {
	test("without any token says where one is made", () => {
		expect(() => new Compute({ baseUrl: "http://devbox.test" })).toThrow(/Settings, Tokens/);
	});

	test("takes the address with or without what follows the host", async () => {
		server.on("GET /devboxes", json(200, []));
		for (const suffix of ["", "/", "/api/v1", "/api/v1/"])
			await new Compute({ apiKey: "k", baseUrl: `${server.url}${suffix}` }).box.list();
		expect(new Set(server.asked())).toEqual(new Set(["GET /devboxes?include_destroyed=false"]));
		expect(() => new Compute({ apiKey: "k", baseUrl: "devbox.test" })).toThrow(TypeError);
	});

	test("sends a provider's token beside a person's", async () => {
		server.on("GET /devboxes", json(200, []));
		await new Compute({ apiKey: "k", providerToken: "p", baseUrl: server.url }).box.list();
		expect(server.requests[0]?.headers).toMatchObject({ authorization: "Bearer k", "x-provider-token": "p" });
	});
});

describe("create", () => {
	test("resolves when an event says that it is ready, without polling", async () => {
		creates(["devbox", devbox({ state: "provisioning" })], ["devbox", devbox({ id: "dbx_2" })], ["devbox", devbox()]);
		const made = await c.box.create({ name: "task" });
		expect(made.state).toBe("ready");
		expect(server.asked().filter((asked) => asked === `GET ${box}`).length).toBeLessThanOrEqual(2);
		expect(server.asked().filter((asked) => asked === "GET /events")).toHaveLength(1);
	});

	test("asks only while the stream is away", async () => {
		creates();
		server.on("GET /events", breakOff);
		server.on(`GET ${box}`, json(200, requested), json(200, devbox()));
		expect((await c.box.create({ name: "task" })).state).toBe("ready");
	});

	test("lives through a server that goes away in the middle", async () => {
		creates();
		const away = json(503, { code: "unavailable", detail: "away" });
		const patient = new Compute({ apiKey: "k", baseUrl: server.url, retriesMax: 0 });
		server.on("GET /events", sse([["resync", {}]], "break"), breakOff, sse([["devbox", devbox()]], "stay"));
		server.on(`GET ${box}`, json(200, requested), away, breakOff, away);
		expect((await patient.box.create({ name: "task" })).state).toBe("ready");
	});

	test("that fails says why, with the failed step and the tail of its output", async () => {
		creates(["devbox", devbox({ state: "failed", reason: "clone_repositories failed: no such repository" })]);
		const steps = [
			{ step: "provision", status: "success", message: "" },
			{ step: "clone_repositories", status: "failed", message: "fatal: repository not found" },
		];
		server.on(`GET ${box}/operations`, json(200, { data: steps }));
		const error = await failure(c.box.create({ name: "task" }));
		expect(error).toMatchObject({
			code: "wrong_state",
			failedStep: { step: "clone_repositories", message: "fatal: repository not found" },
		});
		expect(error.devbox?.state).toBe("failed");
		expect(error.message).toContain("no such repository");
	});

	test.each([
		["stopped", devbox({ state: "stopped", desired_state: "stopped", reason: "Stopped by ann." })],
		["destroyed", devbox({ state: "destroyed", desired_state: "destroyed", reason: "Destroyed by ann." })],
	])("that ends up %s is an error with the reason", async (_state, ended) => {
		creates(["devbox", ended]);
		expect(await failure(c.box.create({ name: "task" }))).toMatchObject({
			code: "wrong_state",
			devbox: { reason: ended.reason },
		});
	});

	test("past its time says what it was waiting for", async () => {
		const step = { step: "provision", message: "fetching the image", started_at: null };
		creates(["devbox", devbox({ state: "provisioning", current_step: step })]);
		const error = await failure(c.box.create({ name: "task", timeoutMs: 2_000 }));
		expect(error.code).toBe("timeout");
		expect(error.message).toContain("provision: fetching the image");
	});

	test("can be aborted, and closes its stream", async () => {
		creates();
		let isClosed = false;
		server.on("GET /events", (response) => {
			response.writeHead(200).flushHeaders();
			response.on("close", () => {
				isClosed = true;
			});
		});
		const controller = new AbortController();
		const call = failure(c.box.create({ name: "task", signal: controller.signal }));
		await expect.poll(() => server.asked()).toContain(`GET ${box}`);
		controller.abort();
		expect((await call).code).toBe("aborted");
		await expect.poll(() => isClosed).toBe(true);
	});

	test("under a name that is taken returns the one that has it, started where it was stopped", async () => {
		creates(["devbox", devbox()]);
		server.on("POST /devboxes", nameTaken);
		const stopped = devbox({ state: "stopped", desired_state: "stopped", power: "off" });
		server.on("GET /devboxes", json(200, [stopped]));
		server.on(`GET ${box}`, json(200, devbox({ state: "stopped", desired_state: "running", power: "off" })));
		server.on(`POST ${box}/start`, json(202, devbox({ state: "stopped", desired_state: "running", power: "off" })));
		const found = await c.box.create({ name: "task", ifExists: "return" });
		expect(found.state).toBe("ready");
		expect(server.asked()).toContain(`POST ${box}/start`);
	});

	test("waits for a name that a destroyed one still holds", async () => {
		creates(["devbox", devbox()]);
		server.on("POST /devboxes", nameTaken, json(202, requested));
		server.on("GET /devboxes", json(200, []));
		expect((await c.box.create({ name: "task", ifExists: "return" })).id).toBe(requested.id);
		const keys = server.requests.map(({ headers }) => headers["idempotency-key"]).filter(Boolean);
		expect(new Set(keys).size).toBe(2);
	});

	test("without `ifExists` a taken name is an error", async () => {
		server.on("POST /devboxes", nameTaken);
		expect(await failure(c.box.create({ name: "task", wait: false }))).toMatchObject({ code: "name_taken" });
	});

	test("hands keys of AI services over in headers, and asks for their injection", async () => {
		server.on("POST /devboxes", json(202, requested));
		await c.box.create({ name: "task", claudeToken: "sk-1", wait: false });
		expect(server.requests[0]?.headers).toMatchObject({ "x-claude-token": "sk-1" });
		expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
			name: "task",
			credential_profile: { inject_claude_token: true, inject_codex_token: false },
		});
	});
});

test("a subscription says why the server ended it", async () => {
	server.on("GET /events", json(403, { code: "forbidden", detail: "Not for this token." }));
	const ended: DevboxError[] = [];
	c.subscribe(() => undefined, { onEnded: (error) => ended.push(error) });
	await expect.poll(() => ended).toMatchObject([{ code: "forbidden", detail: "Not for this token." }]);
});

describe("a box", () => {
	async function found(data: Devbox = devbox()): Promise<Box> {
		server.on(`GET ${box}`, json(200, data));
		return c.box.get(data.id);
	}

	test("is found by name, by label or by id", async () => {
		server.on(
			"GET /devboxes",
			json(200, [devbox({ id: "dbx_0000000000000002", name: "Other", label: "other" }), devbox()]),
		);
		expect((await c.box.get("task")).id).toBe("dbx_0000000000000001");
		expect((await c.box.get("other")).name).toBe("Other");
		expect((await found()).name).toBe("task");
		expect(await failure(c.box.get("none"))).toMatchObject({ code: "not_found" });
	});

	test("stops and starts, each resolved when it has happened", async () => {
		const it = await found();
		const stopping = devbox({ desired_state: "stopped" });
		const stopped = devbox({ state: "stopped", desired_state: "stopped", power: "off" });
		server.on(`POST ${box}/stop`, json(202, stopping));
		server.on(`GET ${box}`, json(200, stopping));
		server.on("GET /events", sse([["devbox", stopped]], "stay"));
		expect((await it.stop()).state).toBe("stopped");
		server.on(`POST ${box}/start`, json(202, { ...stopped, desired_state: "running" }));
		server.on(`GET ${box}`, json(200, { ...stopped, desired_state: "running" }));
		server.on("GET /events", sse([["devbox", devbox()]], "stay"));
		expect((await it.start()).state).toBe("ready");
	});

	test("that does not come up again is an error, not a wait", async () => {
		const it = await found();
		const stopped = devbox({ state: "stopped", desired_state: "stopped", reason: "It did not come up.", power: "off" });
		server.on(`POST ${box}/start`, json(202, { ...stopped, desired_state: "running" }));
		server.on(`GET ${box}`, json(200, { ...stopped, desired_state: "running" }));
		server.on("GET /events", sse([["devbox", stopped]], "stay"));
		const error = await failure(it.start());
		expect(error).toMatchObject({ code: "wrong_state" });
		expect(error.message).toContain("It did not come up.");
	});

	test("is destroyed at the end of its block, also when it is gone already", async () => {
		server.on(`DELETE ${box}`, json(204, null), json(404, { code: "not_found", detail: "gone" }));
		for (const _ of [1, 2]) {
			await using it = await found();
			expect(it.state).toBe("ready");
		}
		expect(server.asked().filter((asked) => asked.startsWith("DELETE"))).toHaveLength(2);
	});

	test("is destroyed at the end of its block also when the connection breaks once", async () => {
		server.on(`DELETE ${box}`, breakOff, json(204, null));
		{
			await using _it = await found();
		}
		expect(server.asked().filter((asked) => asked.startsWith("DELETE"))).toHaveLength(2);
	});

	test("cannot be suspended yet, and says so by code", async () => {
		const it = await found();
		expect(await failure(it.suspend())).toMatchObject({ code: "not_supported" });
		expect(await failure(it.resume())).toMatchObject({ code: "not_supported" });
	});

	test("knows the address of its ports, or says that there is none", async () => {
		const it = await found(devbox({ preview_url: "http://{port}--task.localhost:3000" }));
		expect(it.url(8080)).toBe("http://8080--task.localhost:3000");
		const plain = await found(devbox({ preview_url: null }));
		expect(() => plain.url(8080)).toThrow(/no previews/);
	});

	test("waits share one stream, which ends with the last of them", async () => {
		const it = await found(requested);
		server.on("GET /events", sse([["resync", {}]], "stay"));
		const controller = new AbortController();
		const waits = [1, 2, 3].map(() => failure(it.waitForReady({ signal: controller.signal })));
		await expect.poll(() => server.asked().filter((asked) => asked === "GET /events").length).toBe(1);
		controller.abort();
		await Promise.all(waits);
		expect(server.asked().filter((asked) => asked === "GET /events")).toHaveLength(1);
	});
});
