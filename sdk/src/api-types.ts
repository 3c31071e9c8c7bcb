/** What each operation takes and answers, as methods. */
import type { ApiTypes } from "./generated/api.ts";

/** The operations that take and answer JSON; streams have methods of their own (`box.exec`, `box.files`, `subscribeToEvents`). */
export type CallableOperationId = keyof ApiTypes;

/** Path parameters, query and body together, as named fields. */
export type ApiInput<K extends CallableOperationId> = {
	[F in keyof ApiTypes[K]["input"]]: ApiTypes[K]["input"][F];
};

export type ApiOutput<K extends CallableOperationId> = ApiTypes[K]["output"];

/** Headers that the operation reads, as `X-Claude-Token`. */
export type ApiHeaders<K extends CallableOperationId> = ApiTypes[K] extends { headers: infer Headers }
	? Headers & Record<string, string | undefined>
	: Record<string, string | undefined>;

export type CallOptions<K extends CallableOperationId = CallableOperationId> = {
	signal?: AbortSignal;
	/** Milliseconds until the call fails with code `timeout`; the client's own default unless told. */
	timeoutMs?: number;
	/** For operations that make something: the same key and input get the first answer again instead of a second thing. */
	idempotencyKey?: string;
	headers?: ApiHeaders<K>;
};

type Call<K extends CallableOperationId> =
	Partial<ApiInput<K>> extends ApiInput<K>
		? (input?: ApiInput<K>, options?: CallOptions<K>) => Promise<ApiOutput<K>>
		: (input: ApiInput<K>, options?: CallOptions<K>) => Promise<ApiOutput<K>>;

/** Every JSON operation of the API as a method. All throw `DevboxError`. */
export type DevboxApi = { readonly [K in CallableOperationId]: Call<K> };
