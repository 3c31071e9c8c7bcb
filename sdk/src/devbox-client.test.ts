import { describe, expect, test } from "vitest";
import { apiOperations, apiBasePath as contractBasePath } from "../../lib/contract/api.ts";
import { apiBasePath, apiRoutes } from "./api-routes.ts";
import { DevboxApiError } from "./devbox-api-error.ts";
import { buildRequest, createDevboxClient } from "./devbox-client.ts";

function answering(response: () => Response | Promise<Response>) {
	const requests: { url: string; init: RequestInit }[] = [];
	const client = createDevboxClient({
		baseUrl: "https://devbox.test",
		token: "t0ken",
		timeoutMs: 50,
		fetch: async (url, init) => {
			requests.push({ url: String(url), init: init ?? {} });
			return response();
		},
	});
	return { client, requests };
}

const failure = async (call: Promise<unknown>): Promise<DevboxApiError> => {
	const error = await call.then(
		() => null,
		(reason: unknown) => reason,
	);
	if (error instanceof DevboxApiError) return error;
	throw new Error(`expected a DevboxApiError, got ${String(error)}`);
};

describe("the client", () => {
	test("knows every operation of the contract, and nothing else", () => {
		expect(apiBasePath).toBe(contractBasePath);
		const contract = Object.values(apiOperations)
			.filter((operation) => operation.id !== "streamEvents")
			.map(({ id, method, path }) => [id, { method, path }]);
		expect(apiRoutes).toEqual(Object.fromEntries(contract));
	});

	test("puts each field where the contract wants it", () => {
		expect(buildRequest("deleteTerminal", { id: "dbx_1", terminal: "a/b" })).toEqual({
			url: "/devboxes/dbx_1/terminals/a%2Fb",
			body: undefined,
		});
		expect(buildRequest("listDevboxes", { include_destroyed: "true" })).toEqual({
			url: "/devboxes?include_destroyed=true",
			body: undefined,
		});
		expect(buildRequest("updateMember", { user_id: "usr_1", devbox_quota: null })).toEqual({
			url: "/members/usr_1",
			body: '{"devbox_quota":null}',
		});
	});

	test("never sends a path with a hole in it", async () => {
		expect(() => buildRequest("getDevbox", {})).toThrow(TypeError);
		expect(() => buildRequest("getDevbox", { id: "" })).toThrow(TypeError);
	});

	test("sends the token and reads the answer", async () => {
		const { client, requests } = answering(() => Response.json({ data: [] }));
		expect(await client.listHosts()).toEqual({ data: [] });
		expect(requests[0]?.url).toBe("https://devbox.test/api/v1/hosts");
		expect(requests[0]?.init.headers).toMatchObject({ authorization: "Bearer t0ken" });
	});

	test("an empty answer is undefined", async () => {
		const { client } = answering(() => new Response(null, { status: 204 }));
		expect(await client.deleteDevbox({ id: "dbx_1" })).toBeUndefined();
	});

	test("a refusal keeps code, words, fields and request id", async () => {
		const detail = [{ loc: ["body", "name"], msg: "too long", type: "value_error" }];
		const { client } = answering(() =>
			Response.json({ detail, code: "invalid" }, { status: 422, headers: { "x-request-id": "req_1" } }),
		);
		const error = await failure(client.createDevbox({ name: "x" }));
		expect(error).toMatchObject({ status: 422, code: "invalid", detail: "too long", requestId: "req_1" });
		expect(error.fieldMessage("name")).toBe("too long");
		expect(error.fieldMessage("image")).toBeNull();
	});

	test("a proxy's page is an error with a code, not a crash", async () => {
		const { client } = answering(() => new Response("<html>bad gateway", { status: 503 }));
		expect(await failure(client.getProfile())).toMatchObject({ status: 503, code: "unavailable" });
	});

	test("no connection and no answer are told apart", async () => {
		const { client } = answering(() => Promise.reject(new TypeError("fetch failed")));
		expect(await failure(client.getProfile())).toMatchObject({ status: 0, code: "network" });
		const silent = createDevboxClient({
			timeoutMs: 20,
			fetch: (_, init) =>
				new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted")))),
		});
		expect(await failure(silent.getProfile())).toMatchObject({ status: 0, code: "timeout" });
	});

	test("whoever takes a call back gets no DevboxApiError", async () => {
		const { client } = answering(() => Promise.reject(new DOMException("gone", "AbortError")));
		await expect(client.getProfile({}, { signal: AbortSignal.abort() })).rejects.toThrow(DOMException);
	});
});
