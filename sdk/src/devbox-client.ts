import { apiBasePath, apiRoutes, type CallableOperationId } from "./api-routes.ts";
import type { CallOptions, DevboxApi } from "./api-types.ts";
import { DevboxApiError, errorOfResponse } from "./devbox-api-error.ts";

export type DevboxClientOptions = {
	/** Origin of the server, as `https://devbox.example.com`. Empty in a page of the dashboard: its own origin, with its cookie. */
	baseUrl?: string;
	/** Sent as a bearer token. */
	token?: string;
	/** A call that has no answer after this many milliseconds fails with code `timeout`. */
	timeoutMs?: number;
	fetch?: typeof fetch;
	/** Sees every error before it is thrown, as the dashboard does to send a signed-out visitor to the sign-in page. */
	onError?: (error: DevboxApiError) => void;
};

type Input = Record<string, unknown>;

const timeoutDefaultMs = 30_000;

export function createDevboxClient(options: DevboxClientOptions = {}): DevboxApi {
	const calls = Object.keys(apiRoutes).map((id) => {
		const call = (input: Input = {}, o: CallOptions = {}) =>
			request({ id: id as CallableOperationId, input, options, signal: o.signal });
		return [id, call];
	});
	return Object.fromEntries(calls) as DevboxApi;
}

type RequestInput = { id: CallableOperationId; input: Input; options: DevboxClientOptions; signal?: AbortSignal };

async function request({ id, input, options, signal }: RequestInput): Promise<unknown> {
	const { url, body } = buildRequest(id, input);
	const deadline = AbortSignal.timeout(options.timeoutMs ?? timeoutDefaultMs);
	try {
		const response = await (options.fetch ?? fetch)(`${options.baseUrl ?? ""}${apiBasePath}${url}`, {
			method: apiRoutes[id].method,
			headers: {
				accept: "application/json",
				...(body === undefined ? {} : { "content-type": "application/json" }),
				...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
			},
			body,
			credentials: "same-origin",
			signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
		});
		if (!response.ok) throw await errorOfResponse(response);
		return response.status === 204 ? undefined : await response.json();
	} catch (error) {
		if (signal?.aborted) throw error;
		const apiError = asApiError(error, deadline);
		options.onError?.(apiError);
		throw apiError;
	}
}

function asApiError(error: unknown, deadline: AbortSignal): DevboxApiError {
	if (error instanceof DevboxApiError) return error;
	if (deadline.aborted)
		return new DevboxApiError({
			status: 0,
			code: "timeout",
			detail: "The server did not answer in time. Try again.",
			cause: error,
		});
	return new DevboxApiError({
		status: 0,
		code: "network",
		detail: "The server cannot be reached. Check the connection and that it runs.",
		cause: error,
	});
}

/** Fields named in the path go there; the rest is the query of a GET or DELETE, otherwise the JSON body. */
export function buildRequest(id: CallableOperationId, input: Input): { url: string; body: string | undefined } {
	const route = apiRoutes[id];
	const rest = { ...input };
	const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
		const value = rest[name];
		delete rest[name];
		if (typeof value !== "string" || value === "") throw new TypeError(`${id} needs ${name}`);
		return encodeURIComponent(value);
	});
	if (route.method !== "GET" && route.method !== "DELETE")
		return { url: path, body: Object.keys(rest).length ? JSON.stringify(rest) : undefined };
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(rest)) if (value !== undefined) query.set(name, String(value));
	return { url: query.size ? `${path}?${query}` : path, body: undefined };
}
