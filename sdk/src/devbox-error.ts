import { type Devbox, type ErrorCode, errorCodes, type FieldError } from "./generated/api.ts";

/**
 * The API's codes, and three that only a client meets: `network` (no answer came), `aborted` (your AbortSignal), `lost` (a command
 * whose end nobody knows, since its connection or its devbox went away: it is not reported as finished).
 */
export type DevboxErrorCode = ErrorCode | "network" | "aborted" | "lost";

/** The step of a devbox's pipeline that failed. */
export type FailedStep = {
	/** As `clone_repositories` or `run_setup_commands`. */
	step: string;
	/** What happened, with the tail of the step's output. */
	message: string;
};

type DevboxErrorInput = {
	code: DevboxErrorCode;
	detail: string;
	/** HTTP status; 0 (the default) when no answer came. */
	status?: number;
	fields?: FieldError[];
	requestId?: string | null;
	retryAfterMs?: number | null;
	devbox?: Devbox | null;
	failedStep?: FailedStep | null;
	cause?: unknown;
};

/** The one error of this package: match `code`; `message` and `detail` are for people. */
export class DevboxError extends Error {
	readonly code: DevboxErrorCode;
	/** HTTP status; 0 when no answer came. */
	readonly status: number;
	readonly detail: string;
	/** With `invalid`: what is wrong with which field. */
	readonly fields: FieldError[];
	/** Names the request in the server's log. */
	readonly requestId: string | null;
	/** How long the server asks to wait before another try. */
	readonly retryAfterMs: number | null;
	/** When a wait ended because the devbox stopped, failed or was destroyed: how it was then; `reason` says why. */
	readonly devbox: Devbox | null;
	/** When a devbox failed: the step at fault, with the tail of its output. */
	readonly failedStep: FailedStep | null;

	constructor(input: DevboxErrorInput) {
		super(input.detail, { cause: input.cause });
		this.name = "DevboxError";
		this.code = input.code;
		this.status = input.status ?? 0;
		this.detail = input.detail;
		this.fields = input.fields ?? [];
		this.requestId = input.requestId ?? null;
		this.retryAfterMs = input.retryAfterMs ?? null;
		this.devbox = input.devbox ?? null;
		this.failedStep = input.failedStep ?? null;
	}

	/** The same request may succeed later. Whether it is safe to repeat is another question. */
	get isRetryable(): boolean {
		if (this.code === "network") return true;
		return this.code in errorCodes && errorCodes[this.code as ErrorCode].retryable;
	}

	/** What is wrong with one field of the body, in words. */
	fieldMessage(field: string): string | null {
		return this.fields.find((error) => error.loc.at(-1) === field)?.msg ?? null;
	}
}

export function isDevboxError(error: unknown): error is DevboxError {
	return error instanceof DevboxError;
}

/** For whoever's AbortSignal ended it. */
export function abortedError(signal: AbortSignal): DevboxError {
	return new DevboxError({ code: "aborted", detail: "The call was aborted.", cause: signal.reason });
}

/** What `fetch` or a stream threw, as ours. */
export function asDevboxError(error: unknown, signal?: AbortSignal): DevboxError {
	if (error instanceof DevboxError) return error;
	if (signal?.aborted) return abortedError(signal);
	return new DevboxError({
		code: "network",
		detail: `The server cannot be reached${causeWords(error)}. Check the address, the connection and that it runs.`,
		cause: error,
	});
}

/** Node says why only in the cause: ECONNREFUSED, a certificate, a name that does not resolve. */
function causeWords(error: unknown): string {
	const cause = error instanceof Error ? error.cause : null;
	if (!(cause instanceof Error)) return "";
	const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
	const words = code || cause.message;
	return words ? ` (${words})` : "";
}

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
	400: "bad_request",
	401: "unauthenticated",
	403: "forbidden",
	404: "not_found",
	409: "conflict",
	413: "too_large",
	422: "invalid",
	429: "rate_limited",
	501: "not_supported",
	502: "unavailable",
	503: "unavailable",
	504: "timeout",
};

/** Reads an error answer. One that is not ours (a proxy's page) still gets a code by its status. */
export async function errorOfResponse(response: Response): Promise<DevboxError> {
	const body = await readJson(response);
	const fields = Array.isArray(body?.detail) ? body.detail.filter(isFieldError) : [];
	const detail = typeof body?.detail === "string" ? body.detail : fields.map((field) => field.msg).join(" ");
	return new DevboxError({
		status: response.status,
		code: isErrorCode(body?.code) ? body.code : (codeOfStatus[response.status] ?? "internal"),
		detail: detail || `The server answered ${response.status}.`,
		fields,
		requestId: response.headers.get("x-request-id"),
		retryAfterMs: readRetryAfter(response.headers.get("retry-after")),
	});
}

function isErrorCode(value: unknown): value is ErrorCode {
	return typeof value === "string" && Object.hasOwn(errorCodes, value);
}

/** Seconds, or a date. */
function readRetryAfter(header: string | null): number | null {
	if (header === null || header === "") return null;
	const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
	return Number.isNaN(ms) ? null : Math.max(0, ms);
}

async function readJson(response: Response): Promise<{ code?: unknown; detail?: unknown } | null> {
	const text = await response.text();
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" ? value : null;
	} catch {
		// A proxy's HTML page: the status is all that it tells.
		return null;
	}
}

function isFieldError(value: unknown): value is FieldError {
	if (typeof value !== "object" || value === null) return false;
	const { loc, msg } = value as { loc?: unknown; msg?: unknown };
	return Array.isArray(loc) && typeof msg === "string";
}
