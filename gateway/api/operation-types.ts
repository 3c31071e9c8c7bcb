/** What the contract's table says about each operation, as types: a handler that does not fit does not compile. */
import type { z } from "zod";
import type { ApiOperationId, apiOperations } from "../../lib/contract/api.ts";
import type { StreamContentType } from "../../lib/contract/operation.ts";
import type { Actor } from "../../lib/domain/actor.ts";
import type { ApiDeps } from "../../lib/usecases/deps.ts";

type Table = typeof apiOperations;

/** Operations that take or answer a stream instead of one JSON body. */
export type StreamOperationId = {
	[Id in ApiOperationId]: Table[Id]["response"] extends { contentType: "text/event-stream" | StreamContentType }
		? Id
		: Table[Id] extends { requestContentType: StreamContentType }
			? Id
			: never;
}[ApiOperationId];

export type BodyOperationId = Exclude<ApiOperationId, StreamOperationId>;

type Part<Operation, Key extends "params" | "query" | "headers" | "body"> =
	Operation extends Record<Key, infer Schema extends z.ZodType> ? Record<Key, z.output<Schema>> : unknown;

/** The parts that the operation declares, after validation. */
export type InputOf<Id extends ApiOperationId> = Part<Table[Id], "params"> &
	Part<Table[Id], "query"> &
	Part<Table[Id], "headers"> &
	Part<Table[Id], "body">;

export type AnswerOf<Id extends ApiOperationId> = Table[Id]["response"]["body"] extends infer Schema extends z.ZodType
	? z.input<Schema>
	: undefined;

/**
 * `newId`: what an operation that takes an Idempotency-Key makes its resource under; undefined when the request has none.
 * `credentialIds`: what the request showed.
 */
export type Made = { newId?: string; isFresh?: boolean; credentialIds?: readonly string[] };

export type Handlers = {
	[Id in BodyOperationId]: (
		deps: ApiDeps,
		actor: Actor,
		input: InputOf<Id>,
		made: Made,
	) => AnswerOf<Id> extends undefined ? Promise<void> : Promise<AnswerOf<Id>>;
};
