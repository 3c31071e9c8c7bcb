/** How long a request may take to arrive: all of it within a bound, save for the operations that take a stream. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { apiBasePath, apiOperations } from "../../lib/contract/api.ts";
import type { ApiOperation } from "../../lib/contract/operation.ts";

const streamed = Object.values<ApiOperation>(apiOperations)
	.filter(({ requestContentType }) => requestContentType)
	.map(({ method, path }) => ({
		method,
		path: new RegExp(`^${apiBasePath}${path.replace(/\{\w+\}/g, "[^/]+")}$`),
	}));

/** Whether the API takes its body as a stream, of any length and for any time as long as it moves. */
export function isStreamedUpload(o: { method: string | undefined; path: string }): boolean {
	return streamed.some(({ method, path }) => method === o.method && path.test(o.path));
}

/** Cuts off a client that has not sent all of its body by then: a few bytes a minute would keep a connection for ever. */
export function boundBody(request: IncomingMessage, response: ServerResponse, msMax: number): void {
	if (!("content-length" in request.headers) && !("transfer-encoding" in request.headers)) return;
	const timer = setTimeout(() => {
		if (!request.complete) request.socket.destroy();
	}, msMax);
	timer.unref();
	response.once("close", () => clearTimeout(timer));
}
