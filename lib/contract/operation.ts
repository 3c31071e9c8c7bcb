/** The shape of one API operation. The tables of all resources together are the public API: everything else is made from them. */
import type { z } from "zod";
import type { Scope } from "../domain/actor.ts";
import type { ErrorCode } from "../domain/errors.ts";
import type { IdKind } from "../domain/ids.ts";
import type { Permission } from "../domain/permissions.ts";

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type StreamContentType = "application/octet-stream" | "application/x-tar" | "application/x-ndjson";

export type ApiOperation = {
	/** camelCase, unique: the name in OpenAPI and in the SDK. */
	id: string;
	method: HttpMethod;
	/** Below /api/v1, with `{param}`. */
	path: string;
	summary: string;
	scope: Scope;
	/** What the actor's role must allow; by its scope when left out (lib/domain/permissions.ts). Its scope is the operation's. */
	permission?: Permission;
	params?: z.ZodObject;
	query?: z.ZodObject;
	/** Request headers that it reads, by their names as documented, each a text. They may be secrets: nothing keeps or logs them. */
	headers?: z.ZodObject;
	body?: z.ZodType;
	/** Bytes of the JSON body that are read; 1 MiB when left out. */
	bodyBytesMax?: number;
	/** The body is a stream of bytes of this type; such an operation has no `body`. */
	requestContentType?: StreamContentType;
	/** Takes an Idempotency-Key; names what it makes. */
	idempotent?: IdKind;
	/** `poll`: what clients ask over and over, outside the usual rate limit. */
	rateLimit?: "poll";
	/** The one success answer. `body: null` is an empty 204. */
	response: {
		status: 200 | 201 | 202 | 204;
		body: z.ZodType | null;
		contentType?: "application/json" | "text/event-stream" | StreamContentType;
	};
	errors: readonly ErrorCode[];
};

/** Keeps the literal types of a table while checking its shape. */
export function defineOperations<const T extends Record<string, ApiOperation>>(table: T): T {
	return table;
}

/** What every operation of somebody signed in may answer. */
export const signedIn = ["unauthenticated", "forbidden"] as const satisfies readonly ErrorCode[];
