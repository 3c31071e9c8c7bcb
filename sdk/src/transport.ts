/** One way to the server for everything: credentials, deadline, abort, errors as `DevboxError`, and retries where they are safe. */

import { pause, startTimer } from "./deadline.ts";
import { abortedError, asDevboxError, DevboxError, errorOfResponse } from "./devbox-error.ts";
import { apiBasePath } from "./generated/api.ts";
import { type Repeatability, retryDelayMs } from "./retry.ts";

export type TransportOptions = {
	/** Origin of the server, as `https://devbox.example.com`. Empty in a page of the dashboard: its own origin, with its cookie. */
	baseUrl?: string;
	/** Sent as a bearer token. */
	token?: string;
	/** A service's own token, sent as `X-Provider-Token`. */
	providerToken?: string;
	/** A call that has no answer after this many milliseconds fails with code `timeout`; 30 s unless told. */
	timeoutMs?: number;
	/** How many times a request is sent again where that is safe. */
	retriesMax?: number;
	fetch?: typeof fetch;
	/** Who asks, for the server's log; a browser says its own. */
	userAgent?: string;
	/** Sees every error before it is thrown, as the dashboard does to send a signed-out visitor to the sign-in page. */
	onError?: (error: DevboxError) => void;
};

export type TransportRequest = {
	method: string;
	/** Below the API's base path, encoded, with the query. */
	path: string;
	headers?: Record<string, string>;
	body?: BodyInit;
	repeatability: Repeatability;
	signal?: AbortSignal;
	timeoutMs?: number;
};

export type Transport = {
	/** Sends, and reads the answer with `read` inside the same deadline. Throws `DevboxError`. */
	send<T>(request: TransportRequest, read: (response: Response) => Promise<T>): Promise<T>;
	/** The headers that say who asks. */
	credentials: Record<string, string>;
	/** Origin and base path. */
	apiUrl: string;
	fetch: typeof fetch;
};

const timeoutDefaultMs = 30_000;

export function createTransport(options: TransportOptions): Transport {
	const transport: Transport = {
		send: (request, read) => sendWithRetries(transport, options, request, read),
		credentials: {
			...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
			...(options.providerToken ? { "x-provider-token": options.providerToken } : {}),
			...(options.userAgent ? { "user-agent": options.userAgent } : {}),
		},
		apiUrl: `${options.baseUrl ?? ""}${apiBasePath}`,
		// Not the function itself: a page's `fetch` must be called as the window's own.
		fetch: (input, init) => (options.fetch ?? fetch)(input, init),
	};
	return transport;
}

async function sendWithRetries<T>(
	transport: Transport,
	options: TransportOptions,
	request: TransportRequest,
	read: (response: Response) => Promise<T>,
): Promise<T> {
	for (let attempt = 0; ; attempt++) {
		try {
			return await sendOnce(transport, options, request, read);
		} catch (thrown) {
			const error = asDevboxError(thrown, request.signal);
			const delayMs = retryDelayMs({
				error,
				attempt,
				retriesMax: options.retriesMax ?? 0,
				repeatability: request.repeatability,
				random: Math.random(),
			});
			if (delayMs !== null) await pause(delayMs, request.signal);
			if (delayMs !== null && !request.signal?.aborted) continue;
			const final = request.signal?.aborted ? abortedError(request.signal) : error;
			if (final.code !== "aborted") options.onError?.(final);
			throw final;
		}
	}
}

async function sendOnce<T>(
	transport: Transport,
	options: TransportOptions,
	request: TransportRequest,
	read: (response: Response) => Promise<T>,
): Promise<T> {
	const { method, path, body, signal } = request;
	const timeoutMs = request.timeoutMs ?? options.timeoutMs ?? timeoutDefaultMs;
	const deadline = new AbortController();
	const stopTimer = startTimer(timeoutMs, () => deadline.abort());
	try {
		const response = await transport.fetch(`${transport.apiUrl}${path}`, {
			method,
			headers: { accept: "application/json", ...request.headers, ...transport.credentials },
			body,
			credentials: "same-origin",
			signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
			// What Node asks for when a body is a stream.
			...(body instanceof ReadableStream ? { duplex: "half" } : {}),
		});
		if (!response.ok) throw await errorOfResponse(response);
		return await read(response);
	} catch (error) {
		if (error instanceof DevboxError || signal?.aborted || !deadline.signal.aborted) throw error;
		throw new DevboxError({
			code: "timeout",
			detail: `The server did not answer within ${timeoutMs / 1000} s. Try again.`,
			cause: error,
		});
	} finally {
		stopTimer();
	}
}
