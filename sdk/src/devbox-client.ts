import type { CallableOperationId, CallOptions, DevboxApi } from "./api-types.ts";
import { DevboxError } from "./devbox-error.ts";
import { apiRoutes } from "./generated/api.ts";
import { createTransport, type Transport, type TransportOptions } from "./transport.ts";

export type DevboxClientOptions = TransportOptions;

type Input = Record<string, unknown>;
type Route = { method: string; path: string; takesKey?: boolean; query?: readonly string[] };

/** The API as typed methods, one per operation; for machines as objects see `Compute`. */
export function createDevboxClient(options: DevboxClientOptions = {}): DevboxApi {
	return createApi(createTransport(options));
}

export function createApi(transport: Transport): DevboxApi {
	const calls = Object.keys(apiRoutes).map((id) => {
		const call = (input: Input = {}, options: CallOptions = {}) =>
			request(transport, { id: id as CallableOperationId, input, options });
		return [id, call];
	});
	return Object.fromEntries(calls) as DevboxApi;
}

/** Doing it once more changes nothing: what is destroyed stays so, and a command that has ended is answered as it is. */
const repeatableIds: ReadonlySet<CallableOperationId> = new Set<CallableOperationId>(["deleteDevbox", "cancelExec"]);

type ApiRequest = { id: CallableOperationId; input: Input; options: CallOptions };

async function request(transport: Transport, { id, input, options }: ApiRequest): Promise<unknown> {
	const route: Route = apiRoutes[id];
	const { path, body } = buildRequest(id, input);
	const key = options.idempotencyKey;
	const isSafe = route.method === "GET" || repeatableIds.has(id) || (route.takesKey && key !== undefined);
	return transport.send(
		{
			method: route.method,
			path,
			headers: {
				...given(options.headers),
				...(body === undefined ? {} : { "content-type": "application/json" }),
				...(key === undefined ? {} : { "idempotency-key": key }),
			},
			body,
			repeatability: isSafe ? "safe" : "unsafe",
			signal: options.signal,
			timeoutMs: options.timeoutMs,
		},
		readJsonAnswer,
	);
}

function given(headers: Record<string, string | undefined> = {}): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

export async function readJsonAnswer(response: Response): Promise<unknown> {
	if (response.status === 204) return undefined;
	const text = await response.text();
	try {
		return JSON.parse(text);
	} catch (error) {
		const detail = "The answer is not JSON. Is the base URL the address of a Devbox server?";
		throw new DevboxError({ code: "internal", status: response.status, detail, cause: error });
	}
}

/** Fields named in the path go there; the rest is the query of a GET or DELETE, otherwise the JSON body, save what the route says. */
export function buildRequest(id: CallableOperationId, input: Input): { path: string; body: string | undefined } {
	const route: Route = apiRoutes[id];
	const rest = { ...input };
	const path = fillPath(route.path, (name) => {
		const value = rest[name];
		delete rest[name];
		return value;
	});
	if (route.method === "GET" || route.method === "DELETE") return { path: withQuery(path, rest), body: undefined };
	const query: Input = {};
	for (const name of route.query ?? []) {
		query[name] = rest[name];
		delete rest[name];
	}
	return { path: withQuery(path, query), body: Object.keys(rest).length ? JSON.stringify(rest) : undefined };
}

/** Never a path with a hole in it: that would be another operation. */
export function fillPath(path: string, readValue: (name: string) => unknown): string {
	return path.replace(/\{(\w+)\}/g, (_, name: string) => {
		const value = readValue(name);
		if (typeof value === "number" && Number.isInteger(value)) return String(value);
		if (typeof value !== "string" || value === "") throw new TypeError(`${path} needs ${name}`);
		if (value === "." || value === "..") throw new TypeError(`${name} cannot be ${JSON.stringify(value)}`);
		return encodeURIComponent(value);
	});
}

export function withQuery(path: string, fields: Record<string, unknown>): string {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, String(value));
	return query.size ? `${path}?${query}` : path;
}
