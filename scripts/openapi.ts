/**
 * Writes docs/openapi.json from the contract. `--check` writes nothing and fails when the file does not say what the contract says.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import {
	createDocument,
	type ZodOpenApiOperationObject,
	type ZodOpenApiPathsObject,
	type ZodOpenApiResponsesObject,
} from "zod-openapi";
import { apiBasePath, apiOperations } from "../lib/contract/api.ts";
import type { ApiOperation } from "../lib/contract/operation.ts";
import { type ErrorCode, errorCodes } from "../lib/domain/errors.ts";

const file = new URL("../docs/openapi.json", import.meta.url);

const fieldError = z
	.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string(), type: z.string() })
	.meta({ id: "FieldError" });

const errorBody = z
	.object({
		detail: z
			.union([z.string(), z.array(fieldError)])
			.meta({ description: "What happened and what to do next; for 422 the fields at fault" }),
		code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
		request_id: z.string(),
	})
	.meta({ id: "Error" });

/** What any operation can answer beside its own errors. */
const errorsOfAll: readonly ErrorCode[] = ["internal", "unavailable"];

function errorResponses(operation: ApiOperation): ZodOpenApiResponsesObject {
	const takesInput = operation.params || operation.query || operation.headers || operation.body;
	const codes = new Set<ErrorCode>([...operation.errors, ...errorsOfAll]);
	if (takesInput) codes.add("invalid");
	if (operation.body) codes.add("too_large");
	if (operation.idempotent) codes.add("conflict");
	if (operation.rateLimit !== "poll") codes.add("rate_limited");
	const byStatus = new Map<number, ErrorCode[]>();
	for (const code of codes) {
		const { status } = errorCodes[code];
		byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
	}
	const responses: ZodOpenApiResponsesObject = {};
	for (const [status, names] of [...byStatus].sort(([a], [b]) => a - b)) {
		responses[`${status as 400}`] = {
			description: names.join(", "),
			content: { "application/json": { schema: errorBody } },
		};
	}
	return responses;
}

const idempotencyHeader = z.object({
	"Idempotency-Key": z.string().min(1).max(255).optional().meta({
		description:
			"The same key and request get the stored answer for 24 h; with another request 422, while one is at work 409",
	}),
});

function headersOf({ headers, idempotent }: ApiOperation): { header?: z.ZodObject } {
	if (!headers) return idempotent ? { header: idempotencyHeader } : {};
	return { header: idempotent ? headers.extend(idempotencyHeader.shape) : headers };
}

function requestBodyOf({ body, requestContentType }: ApiOperation) {
	if (requestContentType) return { requestBody: { required: true, content: { [requestContentType]: {} } } };
	return body ? { requestBody: { content: { "application/json": { schema: body } } } } : {};
}

function toOpenApi(operation: ApiOperation): ZodOpenApiOperationObject {
	const { response } = operation;
	const content = response.body && { [response.contentType ?? "application/json"]: { schema: response.body } };
	return {
		operationId: operation.id,
		summary: operation.summary,
		security: [{ session: [] }, { personalToken: [] }, { providerToken: [] }, { providerToken: [], personalToken: [] }],
		"x-scope": operation.scope,
		requestParams: {
			...(operation.params ? { path: operation.params } : {}),
			...(operation.query ? { query: operation.query } : {}),
			...headersOf(operation),
		},
		...requestBodyOf(operation),
		responses: {
			[`${response.status}`]: { description: operation.summary, ...(content ? { content } : {}) },
			...errorResponses(operation),
		},
	};
}

/** The whole document as text, as it stands in the file. */
function renderOpenApi(): string {
	const paths: ZodOpenApiPathsObject = {};
	for (const operation of Object.values<ApiOperation>(apiOperations)) {
		const method = operation.method.toLowerCase() as "get" | "post" | "put" | "patch" | "delete";
		paths[operation.path] = { ...paths[operation.path], [method]: toOpenApi(operation) };
	}
	const document = createDocument({
		openapi: "3.1.1",
		info: { title: "Devbox", version: "1", description: "Isolated Linux machines for people and coding agents." },
		servers: [{ url: apiBasePath }],
		paths,
		components: {
			securitySchemes: {
				session: {
					type: "apiKey",
					in: "cookie",
					name: "devbox_session",
					description: "The session of a signed-in browser; `__Host-devbox_session` over https.",
				},
				personalToken: { type: "http", scheme: "bearer", description: "A personal token, `devbox_pat_…`." },
				providerToken: {
					type: "apiKey",
					in: "header",
					name: "X-Provider-Token",
					description: "A service's token, `devbox_svc_…`; alone it acts for whoever made it.",
				},
			},
		},
	});
	return `${JSON.stringify(document, null, "\t")}\n`;
}

function main(): void {
	const rendered = renderOpenApi();
	if (!process.argv.includes("--check")) {
		writeFileSync(file, rendered);
		return;
	}
	if (readIfThere() === rendered) return;
	console.error("docs/openapi.json does not say what lib/contract says. Run `node scripts/openapi.ts` and commit it.");
	process.exitCode = 1;
}

function readIfThere(): string | null {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}

main();
