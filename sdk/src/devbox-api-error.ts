import type { ErrorCode, FieldError } from "../../lib/domain/errors.ts";

type DevboxApiErrorInput = {
	/** HTTP status; 0 when no answer came. */
	status: number;
	code: ErrorCode | "network";
	detail: string;
	fields?: FieldError[];
	requestId?: string | null;
	cause?: unknown;
};

/** The one error of the client: match `code`; `message` and `detail` are for people. */
export class DevboxApiError extends Error {
	readonly status: number;
	readonly code: ErrorCode | "network";
	readonly detail: string;
	/** With `invalid`: what is wrong with which field. */
	readonly fields: FieldError[];
	readonly requestId: string | null;

	constructor(input: DevboxApiErrorInput) {
		super(input.detail, { cause: input.cause });
		this.name = "DevboxApiError";
		this.status = input.status;
		this.code = input.code;
		this.detail = input.detail;
		this.fields = input.fields ?? [];
		this.requestId = input.requestId ?? null;
	}

	/** What is wrong with one field of the body, in words. */
	fieldMessage(field: string): string | null {
		return this.fields.find((error) => error.loc.at(-1) === field)?.msg ?? null;
	}
}

export function isDevboxApiError(error: unknown): error is DevboxApiError {
	return error instanceof DevboxApiError;
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
	503: "unavailable",
	504: "timeout",
};

/** Reads an error answer. One that is not ours (a proxy's page) still gets a code by its status. */
export async function errorOfResponse(response: Response): Promise<DevboxApiError> {
	const requestId = response.headers.get("x-request-id");
	const body = await readJson(response);
	const code =
		typeof body?.code === "string" ? (body.code as ErrorCode) : (codeOfStatus[response.status] ?? "internal");
	const fields = Array.isArray(body?.detail) ? body.detail.filter(isFieldError) : [];
	const detail = typeof body?.detail === "string" ? body.detail : fields.map((field) => field.msg).join(" ");
	return new DevboxApiError({
		status: response.status,
		code,
		detail: detail || `The server answered ${response.status}.`,
		fields,
		requestId,
	});
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
