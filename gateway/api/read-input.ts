/** Takes a request apart by the contract: path, query and body, validated; what is wrong is named by its place. */
import type { z } from "zod";
import type { ApiOperation } from "../../lib/contract/operation.ts";
import { AppError, type FieldError } from "../../lib/domain/errors.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";

export const bodyBytesMax = 1024 * 1024;

export type RawInput = {
	params: Record<string, string>;
	query: Record<string, string>;
	headers: { get(name: string): string | null };
	body: ReadableStream<Uint8Array> | null;
};

export type ApiInput = { params?: unknown; query?: unknown; headers?: unknown; body?: unknown };

/** Throws `invalid` with every field at fault, `too_large` for a body past the operation's bound. */
export async function readInput(operation: ApiOperation, raw: RawInput): Promise<ApiInput> {
	const problems: FieldError[] = [];
	const input: ApiInput = {};
	if (operation.params) input.params = validate("path", operation.params, raw.params, problems);
	if (operation.query) input.query = validate("query", operation.query, raw.query, problems);
	if (operation.headers)
		input.headers = validate("header", operation.headers, readHeaders(operation.headers, raw), problems);
	if (operation.body) {
		const json = await readJson(raw, operation.bodyBytesMax ?? bodyBytesMax);
		input.body = validate("body", operation.body, json, problems);
	}
	if (problems.length) throw new AppError({ code: "invalid", message: "The request is not valid.", fields: problems });
	return input;
}

function readHeaders(schema: z.ZodObject, raw: RawInput): Record<string, string> {
	const values = Object.keys(schema.shape).map((name) => [name, raw.headers.get(name)] as const);
	return Object.fromEntries(values.filter((pair): pair is [string, string] => pair[1] !== null));
}

function validate(place: string, schema: z.ZodType, value: unknown, problems: FieldError[]): unknown {
	const parsed = schema.safeParse(value, { reportInput: true });
	if (!parsed.success) {
		for (const issue of parsed.error.issues) problems.push(toFieldError(place, issue));
		return undefined;
	}
	const nul = findNul(parsed.data, [place]);
	if (nul) problems.push({ loc: nul, msg: "Text must not contain the character NUL.", type: "value_error" });
	return parsed.data;
}

function toFieldError(place: string, issue: z.core.$ZodIssue): FieldError {
	const loc = [place, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))];
	if (issue.code === "invalid_type" && issue.input === undefined)
		return { loc, msg: "This field is needed.", type: "missing" };
	return { loc, msg: issue.message, type: issue.code === "custom" ? "value_error" : issue.code };
}

/** PostgreSQL's text cannot hold it, and an error from there would look like a fault of ours. */
function findNul(value: unknown, loc: (string | number)[]): (string | number)[] | null {
	if (value instanceof SecretText) return value.reveal().includes("\0") ? loc : null;
	if (typeof value === "string") return value.includes("\0") ? loc : null;
	if (typeof value !== "object" || value === null) return null;
	for (const [key, child] of Object.entries(value)) {
		const found = findNul(child, [...loc, Array.isArray(value) ? Number(key) : key]);
		if (found) return found;
	}
	return null;
}

/** No body at all counts as `{}`: what is needed is then named field by field. */
async function readJson(raw: RawInput, bytesMax: number): Promise<unknown> {
	const text = await readText(raw, bytesMax);
	if (text.trim() === "") return {};
	const contentType = (raw.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
	if (contentType !== "application/json" && !/^application\/[\w.-]+\+json$/.test(contentType))
		throw malformed("The body must be JSON, sent with Content-Type: application/json.", "content_type");
	try {
		return JSON.parse(text);
	} catch (error) {
		throw malformed("The body is not valid JSON.", "json_invalid", error);
	}
}

function malformed(msg: string, type: string, cause?: unknown): AppError {
	return new AppError({ code: "invalid", message: msg, fields: [{ loc: ["body"], msg, type }], cause });
}

async function readText(raw: RawInput, bytesMax: number): Promise<string> {
	if (Number(raw.headers.get("content-length") ?? 0) > bytesMax) throw tooLarge(bytesMax);
	if (!raw.body) return "";
	const decoder = new TextDecoder("utf-8", { fatal: true });
	const parts: string[] = [];
	let bytes = 0;
	for await (const chunk of raw.body) {
		bytes += chunk.byteLength;
		if (bytes > bytesMax) throw tooLarge(bytesMax);
		parts.push(decode(decoder, chunk));
	}
	parts.push(decode(decoder));
	return parts.join("");
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
	try {
		return decoder.decode(chunk, { stream: chunk !== undefined });
	} catch (error) {
		throw malformed("The body is not valid UTF-8.", "json_invalid", error);
	}
}

function tooLarge(bytesMax: number): AppError {
	return new AppError({
		code: "too_large",
		message: `The body is larger than ${bytesMax / 1024 / 1024} MiB, which is the most that is taken.`,
	});
}
