/** How the API answers: JSON with the headers that every answer carries, errors in one shape. */
import { AppError, errorCodes } from "../../lib/domain/errors.ts";
import type { Log } from "../../lib/log/log.ts";

/** Answers are data for scripts: nothing of them may be cached, sniffed, framed or run. */
export const apiHeaders = {
	"Cache-Control": "no-store",
	"X-Content-Type-Options": "nosniff",
	"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Referrer-Policy": "no-referrer",
} as const;

export function bodyAnswer(status: number, body: unknown, requestId: string): Response {
	const headers = { ...apiHeaders, "X-Request-Id": requestId };
	if (status === 204) return new Response(null, { status, headers });
	return new Response(JSON.stringify(body), { status, headers: { ...headers, "Content-Type": "application/json" } });
}

export function errorAnswer(
	error: unknown,
	o: { requestId: string; log: Log; headers?: Record<string, string>; status?: number },
): Response {
	const known = toAppError(error, o);
	const status = o.status ?? errorCodes[known.code].status;
	const headers: Record<string, string> = {
		...apiHeaders,
		"X-Request-Id": o.requestId,
		"Content-Type": "application/json",
		...o.headers,
	};
	const retryAfter = retryAfterOf(known);
	if (retryAfter !== null) headers["Retry-After"] = String(retryAfter);
	const detail = known.fields ?? known.message;
	return new Response(JSON.stringify({ detail, code: known.code, request_id: o.requestId }), { status, headers });
}

/** Clients read a 503 with Retry-After as "nothing was done", and send the request again. */
function retryAfterOf(error: AppError): number | null {
	if (error.isOutcomeUnknown) return null;
	return error.retryAfterSeconds ?? (errorCodes[error.code].retryable ? 2 : null);
}

/** Whatever we did not foresee is ours to read in the log, and nobody else's. */
function toAppError(error: unknown, o: { requestId: string; log: Log }): AppError {
	if (error instanceof AppError) {
		if (errorCodes[error.code].status >= 500)
			o.log.warn({ err: error, request_id: o.requestId }, "a request could not be served");
		return error;
	}
	o.log.error({ err: error, request_id: o.requestId }, "a request failed unexpectedly");
	return new AppError({
		code: "internal",
		message: `Something failed on our side. The server's log names it by the request id ${o.requestId}.`,
	});
}
