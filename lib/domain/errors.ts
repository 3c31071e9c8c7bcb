/**
 * The closed set of errors that a client can meet. Clients match `code`, never the text.
 * `status` is the HTTP status that the API answers with.
 */
export const errorCodes = {
	bad_request: { status: 400, retryable: false },
	unauthenticated: { status: 401, retryable: false },
	forbidden: { status: 403, retryable: false },
	quota_exceeded: { status: 403, retryable: false },
	not_found: { status: 404, retryable: false },
	conflict: { status: 409, retryable: false },
	name_taken: { status: 409, retryable: false },
	wrong_state: { status: 409, retryable: false },
	too_large: { status: 413, retryable: false },
	invalid: { status: 422, retryable: false },
	rate_limited: { status: 429, retryable: true },
	internal: { status: 500, retryable: false },
	not_supported: { status: 501, retryable: false },
	unavailable: { status: 503, retryable: true },
	timeout: { status: 504, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof errorCodes;

/** One invalid field, in the shape that FastAPI clients know. */
export type FieldError = { loc: (string | number)[]; msg: string; type: string };

type AppErrorInput = {
	code: ErrorCode;
	/** What happened and what to do next, in words for the person who made the request. */
	message: string;
	/** For `invalid`: the fields at fault. */
	fields?: FieldError[];
	/** Seconds after which a retry makes sense. */
	retryAfterSeconds?: number;
	/** What was asked for may have been done all the same: nobody is told that trying again is safe. */
	isOutcomeUnknown?: boolean;
	/** What only our log may say. */
	cause?: unknown;
};

/** The one error class of the product: `message` is safe to show, `cause` is for the log alone. */
export class AppError extends Error {
	readonly code: ErrorCode;
	readonly fields: FieldError[] | undefined;
	readonly retryAfterSeconds: number | undefined;
	readonly isOutcomeUnknown: boolean;

	constructor(input: AppErrorInput) {
		super(input.message, { cause: input.cause });
		this.name = "AppError";
		this.code = input.code;
		this.fields = input.fields;
		this.retryAfterSeconds = input.retryAfterSeconds;
		this.isOutcomeUnknown = input.isOutcomeUnknown ?? false;
	}
}

/** A 422 for one field of a request body. */
export function invalidField(field: string, msg: string): AppError {
	return new AppError({
		code: "invalid",
		message: msg,
		fields: [{ loc: ["body", field], msg, type: "value_error" }],
	});
}
