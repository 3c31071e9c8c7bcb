/** What each operation takes and answers, read from the contract's schemas. Types only. */
import type { z } from "zod";
import type { apiOperations } from "../../lib/contract/api.ts";
import type { CallableOperationId } from "./api-routes.ts";

type Operations = typeof apiOperations;
type Part<O, K extends "params" | "query" | "body"> =
	O extends Record<K, infer S extends z.ZodType> ? z.input<S> : unknown;
type Merged<O> = Part<O, "params"> & Part<O, "query"> & Part<O, "body">;

/** Path parameters, query and body together, as named fields. */
export type ApiInput<K extends CallableOperationId> = { [F in keyof Merged<Operations[K]>]: Merged<Operations[K]>[F] };

export type ApiOutput<K extends CallableOperationId> = Operations[K]["response"]["body"] extends infer S extends
	z.ZodType
	? z.output<S>
	: undefined;

export type CallOptions = { signal?: AbortSignal };

type Call<K extends CallableOperationId> =
	Partial<ApiInput<K>> extends ApiInput<K>
		? (input?: ApiInput<K>, options?: CallOptions) => Promise<ApiOutput<K>>
		: (input: ApiInput<K>, options?: CallOptions) => Promise<ApiOutput<K>>;

/** Every operation of the API as a method. All throw `DevboxApiError`. */
export type DevboxApi = { readonly [K in CallableOperationId]: Call<K> };
