/**
 * The contract's table as HTTP. Every operation goes the same way: who asks (cookie or tokens -> rows -> actor), how often, may a page of
 * this origin have sent it, has the actor the scope, is the input valid, then its use case.
 */
import type { IncomingMessage } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { type ApiOperationId, apiBasePath, apiOperations } from "../../lib/contract/api.ts";
import { type AuditedWrite, auditedWrites, type WriteOperationId } from "../../lib/contract/audited-writes.ts";
import type { ApiOperation } from "../../lib/contract/operation.ts";
import type { Actor } from "../../lib/domain/actor.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { newId } from "../../lib/domain/ids.ts";
import { operationPermission, requirePermission } from "../../lib/domain/permissions.ts";
import { withoutAccessSecrets } from "../../lib/domain/ssh-login.ts";
import type { Log } from "../../lib/log/log.ts";
import type { ApiDeps } from "../../lib/usecases/deps.ts";
import type { AuditQueue } from "../audit/audit-queue.ts";
import { type AuditEnd, type AuditTrail, auditEventOf, endOfError, endOfStatus } from "../audit/audit-trail.ts";
import {
	type Credential,
	type Credentials,
	credentialOf,
	notSignedIn,
	type SignedIn,
} from "../credentials/credentials.ts";
import type { RequestEdge } from "../edge/request-edge.ts";
import { isSameOriginRequest } from "../edge/same-origin.ts";
import { bodyAnswer, errorAnswer } from "./answer.ts";
import { handlers, waitsForDatabase } from "./handlers.ts";
import { answerOnce } from "./idempotency.ts";
import type { BodyOperationId, InputOf, Made, StreamOperationId } from "./operation-types.ts";
import type { RateLimits } from "./rate-limits.ts";
import { readInput } from "./read-input.ts";
import { waitForDatabase } from "./wait-for-database.ts";

export type StreamRequest<Id extends StreamOperationId = StreamOperationId> = {
	signedIn: SignedIn;
	credential: Credential;
	requestId: string;
	bindings: HttpBindings;
	input: InputOf<Id>;
	/** Its body is the stream that the operation takes. */
	request: Request;
	/** What the audit log may take parts of, where the answer itself is a stream. */
	noteAnswer: (answer: unknown) => void;
};

export type ApiOptions = {
	deps: ApiDeps;
	credentials: Credentials;
	rateLimits: RateLimits;
	cookieName: string;
	publicUrl: URL;
	readEdge: (request: IncomingMessage) => RequestEdge;
	audit: AuditQueue;
	streams: { [Id in StreamOperationId]: (request: StreamRequest<Id>) => Response | Promise<Response> };
	log: Log;
	/** How long a read waits for a database that is away, ms; 20 s unless told. */
	databaseWaitMs?: number;
};

type ApiContext = Context<{ Bindings: HttpBindings }>;
type ErasedHandler = (deps: ApiDeps, actor: Actor, input: never, made: Made) => Promise<unknown>;
type ErasedStream = (request: StreamRequest<never>) => Response | Promise<Response>;

export function createApi(o: ApiOptions): Hono<{ Bindings: HttpBindings }> {
	const app = new Hono<{ Bindings: HttpBindings }>({ strict: true }).basePath(apiBasePath);
	const methodsOf = new Map<string, Set<string>>();
	for (const [id, operation] of Object.entries<ApiOperation>(apiOperations)) {
		const path = operation.path.replace(/\{(\w+)\}/g, ":$1");
		methodsOf.set(path, (methodsOf.get(path) ?? new Set()).add(operation.method));
		app.on(operation.method, path, (context) =>
			answer(context, (requestId) => serveAudited(o, id, context, requestId)),
		);
	}
	for (const [path, methods] of methodsOf) {
		if (methods.has("GET")) methods.add("HEAD");
		const allow = [...methods].join(", ");
		app.all(path, (context) =>
			answer(context, (requestId) =>
				errorAnswer(wrongMethod(allow), { ...o, requestId, status: 405, headers: { Allow: allow } }),
			),
		);
	}
	app.notFound((context) => answer(context, (requestId) => errorAnswer(noSuchRoute(), { ...o, requestId })));
	app.onError((error, context) => answer(context, (requestId) => errorAnswer(error, { ...o, requestId })));

	async function answer(context: ApiContext, make: (requestId: string) => Response | Promise<Response>) {
		const requestId = newId("request");
		const startedAt = performance.now();
		let response: Response;
		try {
			response = await make(requestId);
		} catch (error) {
			response = errorAnswer(error, { ...o, requestId });
		}
		// Who is told no while still sending cannot use this connection again.
		const { incoming, outgoing } = context.env;
		if (!incoming.complete && !outgoing.headersSent) response.headers.set("Connection", "close");
		const ms = Math.round(performance.now() - startedAt);
		const { method } = context.req;
		const path = withoutAccessSecrets(context.req.path);
		o.log.debug({ request_id: requestId, method, path, status: response.status, ms }, "api");
		return response;
	}
	return app;
}

/** Whoever is told that a write was done, or not, finds it in the audit log; only the hot paths do not wait for that. */
async function serveAudited(o: ApiOptions, id: string, context: ApiContext, requestId: string): Promise<Response> {
	const { clientAddress: address } = o.readEdge(context.env.incoming);
	const params = context.req.param() as Record<string, string>;
	const trail: AuditTrail = { requestId, address, signedIn: null, params, input: null, answer: null };
	const write: AuditedWrite | undefined = auditedWrites[id as WriteOperationId];
	if (!write) return serve(o, id, context, trail);
	try {
		const response = await serve(o, id, context, trail);
		await record(o, { id, write, trail, end: endOfStatus(response.status) });
		return response;
	} catch (error) {
		await record(o, { id, write, trail, end: endOfError(error) });
		throw error;
	}
}

type Told = { id: string; write: AuditedWrite; trail: AuditTrail; end: AuditEnd };

async function record(o: ApiOptions, { id, write, trail, end }: Told): Promise<void> {
	const event = auditEventOf(write, trail, end);
	if (!event) {
		const { requestId: request_id, address } = trail;
		return o.log.info({ request_id, address, operation: id, code: end.code }, "a write by nobody known was refused");
	}
	// Refusals can be had by the thousand.
	if (write.isGathered || end.outcome === "refused") return o.audit.gather(event);
	o.audit.add(event);
	if (!write.isHot) await o.audit.flushed();
}

async function serve(o: ApiOptions, id: string, context: ApiContext, trail: AuditTrail): Promise<Response> {
	const { requestId, address: clientAddress } = trail;
	const operation: ApiOperation = apiOperations[id as ApiOperationId];
	const request = context.req.raw;
	const isWaiting = waitsForDatabase.has(id as BodyOperationId);
	const patiently = <T>(read: () => Promise<T>): Promise<T> =>
		isWaiting ? waitForDatabase(read, { signal: request.signal, waitMs: o.databaseWaitMs }) : read();

	const kind = operation.rateLimit ?? "request";
	await o.rateLimits.take({ address: clientAddress, kind });
	const { credential, signedIn } = await patiently(() => authenticate(o, context, clientAddress));
	const { actor } = signedIn;
	trail.signedIn = signedIn;
	await o.rateLimits.takeAsCredential({ credentialId: actor.credentialId, kind });
	if (operation.method !== "GET" && credential.kind === "cookie") checkOrigin(o, context);
	requirePermission(actor, operationPermission(operation));
	const input = await readInput(operation, {
		params: trail.params,
		query: context.req.query(),
		headers: request.headers,
		// Whoever takes a stream reads the request itself, which this would already have begun to.
		body: operation.body ? request.body : null,
	});
	trail.input = input;
	const noteAnswer = (answer: unknown) => {
		trail.answer = answer;
	};
	if (id in o.streams) {
		const stream = o.streams[id as StreamOperationId] as ErasedStream;
		const { env: bindings } = context;
		return stream({ signedIn, credential, requestId, bindings, input: input as never, request, noteAnswer });
	}
	const handler = handlers[id as BodyOperationId] as ErasedHandler;
	const { credentialIds } = signedIn;
	const work = async (made: Made) => {
		const body = await patiently(() => handler(o.deps, actor, input as never, { ...made, credentialIds }));
		noteAnswer(body);
		return body;
	};
	const key = request.headers.get("idempotency-key");
	const { idempotent } = operation;
	if (!idempotent || key === null) return bodyAnswer(operation.response.status, await work({}), requestId);
	const once = { db: o.deps.db, sealer: o.deps.sealer, actor, operation: { ...operation, idempotent }, key, input };
	const { body, isReplayed } = await answerOnce({ ...once, work });
	noteAnswer(body);
	trail.isReplayed = isReplayed;
	const answer = bodyAnswer(operation.response.status, body, requestId);
	if (isReplayed) answer.headers.set("Idempotency-Replayed", "true");
	return answer;
}

type Authenticated = { credential: Credential; signedIn: SignedIn };

async function authenticate(o: ApiOptions, context: ApiContext, address: string): Promise<Authenticated> {
	const credential = credentialOf(context.env.incoming.headers, o.cookieName);
	const signedIn = credential && (await o.credentials.find(credential));
	if (credential && signedIn) return { credential, signedIn };
	if (credential) await o.rateLimits.countUnknown(address);
	throw notSignedIn(credential);
}

function checkOrigin(o: ApiOptions, context: ApiContext): void {
	const { incoming } = context.env;
	if (isSameOriginRequest(incoming.headers, { edge: o.readEdge(incoming), publicUrl: o.publicUrl })) return;
	throw new AppError({
		code: "forbidden",
		message: `Changes by a signed-in browser are taken from pages of ${o.publicUrl.origin} only.`,
	});
}

function wrongMethod(allow: string): AppError {
	return new AppError({ code: "bad_request", message: `This address takes ${allow}.` });
}

function noSuchRoute(): AppError {
	return new AppError({ code: "not_found", message: "The API has nothing at this address." });
}
