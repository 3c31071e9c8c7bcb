import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { apiOperations, apiBasePath as contractBasePath } from "../../lib/contract/api.ts";
import type { ApiOperation } from "../../lib/contract/operation.ts";
import { buildRequest, createDevboxClient } from "./devbox-client.ts";
import { DevboxError } from "./devbox-error.ts";
import { apiBasePath, apiRoutes, streamRoutes } from "./generated/api.ts";
import {
	breakOff,
	devbox,
	json,
	type ScriptedServer,
	silence,
	startScriptedServer,
} from "./testing/scripted-server.ts";

let server: ScriptedServer;
beforeEach(async () => {
	server = await startScriptedServer();
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

const client = (o: { retriesMax?: number; timeoutMs?: number } = {}) =>
	createDevboxClient({ baseUrl: server.url, token: "t0ken", ...o });

describe("the client", () => {
	test("knows every operation of the contract, and nothing else", () => {
		expect(apiBasePath).toBe(contractBasePath);
		const known: Record<string, { method: string; path: string }> = { ...apiRoutes, ...streamRoutes };
		const contract = Object.values<ApiOperation>(apiOperations).map(({ id, method, path }) => [
			id,
			`${method} ${path}`,
		]);
		const ours = Object.entries(known).map(([id, { method, path }]) => [id, `${method} ${path}`]);
		expect(ours.sort()).toEqual(contract.sort());
	});

	test("sends keys of AI services as the headers that a create reads, and none that is not given", async () => {
		server.on("POST /devboxes", json(202, devbox()));
		await client().createDevbox({ name: "a" }, { headers: { "X-Claude-Token": "sk-1", "X-Codex-Token": undefined } });
		expect(server.requests[0]?.headers).toMatchObject({ "x-claude-token": "sk-1" });
		expect(server.requests[0]?.headers).not.toHaveProperty("x-codex-token");
	});

	test("puts each field where the contract wants it", () => {
		expect(buildRequest("deleteTerminal", { id: "dbx_1", terminal: "a/b" })).toEqual({
			path: "/devboxes/dbx_1/terminals/a%2Fb",
			body: undefined,
		});
		expect(buildRequest("listDevboxes", { include_destroyed: "true" })).toEqual({
			path: "/devboxes?include_destroyed=true",
			body: undefined,
		});
		expect(buildRequest("updateMember", { user_id: "usr_1", devbox_quota: null })).toEqual({
			path: "/members/usr_1",
			body: '{"devbox_quota":null}',
		});
		expect(buildRequest("makeDirectory", { id: "dbx_1", path: "/a b", user: "root" })).toEqual({
			path: "/devboxes/dbx_1/files/mkdir?user=root",
			body: '{"path":"/a b"}',
		});
	});

	test("never sends a path with a hole in it, or one that leads elsewhere", () => {
		for (const id of [undefined, "", ".", ".."]) expect(() => buildRequest("getDevbox", { id })).toThrow(TypeError);
	});

	test("sends the token and reads the answer", async () => {
		server.on("GET /hosts", json(200, { data: [] }));
		expect(await client().listHosts()).toEqual({ data: [] });
		expect(server.requests[0]?.headers.authorization).toBe("Bearer t0ken");
	});

	test("an empty answer is undefined", async () => {
		server.on("DELETE /devboxes/dbx_1", json(204, null));
		expect(await client().deleteDevbox({ id: "dbx_1" })).toBeUndefined();
	});

	test("a refusal keeps code, words, fields and request id", async () => {
		const detail = [{ loc: ["body", "name"], msg: "too long", type: "value_error" }];
		server.on("POST /devboxes", json(422, { detail, code: "invalid" }, { "x-request-id": "req_1" }));
		const error = await failure(client().createDevbox({ name: "x" }));
		expect(error).toMatchObject({ status: 422, code: "invalid", detail: "too long", requestId: "req_1" });
		expect(error.fieldMessage("name")).toBe("too long");
		expect(error.fieldMessage("image")).toBeNull();
	});

	test("a code that this version does not know is one that it does, by the status", async () => {
		server.on("GET /users/me", json(409, { code: "brand_new", detail: "Something new." }));
		expect(await failure(client().getProfile())).toMatchObject({ code: "conflict", detail: "Something new." });
	});

	test("a proxy's page is an error with a code, not a crash", async () => {
		server.on("GET /users/me", (response) => response.writeHead(503).end("<html>bad gateway"));
		expect(await failure(client().getProfile())).toMatchObject({ status: 503, code: "unavailable" });
		server.on("GET /users/me", (response) => response.writeHead(200).end("<html>welcome"));
		expect(await failure(client().getProfile())).toMatchObject({ status: 200, code: "internal" });
	});

	test("no connection and no answer are told apart", async () => {
		server.on("GET /users/me", breakOff);
		expect(await failure(client().getProfile())).toMatchObject({ status: 0, code: "network" });
		server.on("GET /users/me", silence);
		expect(await failure(client({ timeoutMs: 20 }).getProfile())).toMatchObject({ status: 0, code: "timeout" });
	});

	test("an answer that stops in the middle ends with the deadline", async () => {
		server.on("GET /users/me", (response) => response.writeHead(200).write("{"));
		expect(await failure(client({ timeoutMs: 50 }).getProfile())).toMatchObject({ code: "timeout" });
	});

	test("whoever takes a call back gets `aborted`, at once, also while it waits to try again", async () => {
		const reason = new Error("changed my mind");
		expect(await failure(client().getProfile({}, { signal: AbortSignal.abort(reason) }))).toMatchObject({
			code: "aborted",
			cause: reason,
		});
		server.on("GET /users/me", json(503, { code: "unavailable", detail: "away" }, { "retry-after": "20" }));
		const controller = new AbortController();
		const call = client({ retriesMax: 3 }).getProfile({}, { signal: controller.signal });
		await expect.poll(() => server.requests.length).toBe(1);
		controller.abort();
		expect(await failure(call)).toMatchObject({ code: "aborted" });
	});

	test("a read is tried again, a change without a key is not", async () => {
		server.on("GET /users/me", breakOff, json(200, { role: "owner" }));
		expect(await client({ retriesMax: 1 }).getProfile()).toEqual({ role: "owner" });
		server.on("POST /devboxes/dbx_1/stop", breakOff, json(202, devbox()));
		expect(await failure(client({ retriesMax: 1 }).stopDevbox({ id: "dbx_1" }))).toMatchObject({ code: "network" });
	});

	test("an end is tried again, whether the connection broke or the server was away", async () => {
		server.on("DELETE /devboxes/dbx_1", breakOff, json(204, null));
		await client({ retriesMax: 1 }).deleteDevbox({ id: "dbx_1" });
		const away = json(503, { code: "unavailable", detail: "away" });
		server.on("DELETE /devboxes/dbx_1/execs/exe_1", away, json(202, { id: "exe_1" }));
		expect(await client({ retriesMax: 1 }).cancelExec({ id: "dbx_1", exec_id: "exe_1" })).toEqual({ id: "exe_1" });
		server.on("DELETE /devboxes/dbx_1/terminals/main", breakOff, json(204, null));
		const call = client({ retriesMax: 1 }).deleteTerminal({ id: "dbx_1", terminal: "main" });
		expect(await failure(call)).toMatchObject({ code: "network" });
	});

	test("a change whose outcome the server does not know is not sent again", async () => {
		server.on("POST /devboxes/dbx_1/files/mkdir", json(503, { code: "unavailable", detail: "lost" }), json(204, null));
		const call = client({ retriesMax: 1 }).makeDirectory({ id: "dbx_1", path: "/a" });
		expect(await failure(call)).toMatchObject({ code: "unavailable" });
	});

	test("an order with a key is sent again under the same key", async () => {
		server.on("POST /devboxes", breakOff, json(202, devbox()));
		await client({ retriesMax: 1 }).createDevbox({ name: "x" }, { idempotencyKey: "k1" });
		expect(server.requests.map(({ headers }) => headers["idempotency-key"])).toEqual(["k1", "k1"]);
	});
});
