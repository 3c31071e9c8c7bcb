/**
 * The REST API of Incus and LXD: requests, and operations that are waited for. Every call ends: by its answer, by its
 * deadline, or by the caller's signal. An HTTP 200 says nothing about an operation: its own status does.
 */
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EngineError } from "../engine.ts";
import { errorOfAbort, errorOfNetwork, errorOfOperation, errorOfResponse } from "./incus-errors.ts";
import type { IncusTransport } from "./incus-transport.ts";

export type IncusMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type IncusRequest = {
	method: IncusMethod;
	/** Path with its own query, without the project: that is added. */
	path: string;
	json?: unknown;
	/** A raw body instead of `json`. */
	body?: { stream: () => Readable; length: number; headers: Record<string, string> };
	signal?: AbortSignal | undefined;
	/** Deadline of this one request, milliseconds. */
	timeoutMs?: number;
};

export type IncusOperation = {
	id: string;
	status: string;
	status_code: number;
	err?: string;
	metadata?: Record<string, unknown> | null;
	resources?: Record<string, string[]> | null;
};

type Envelope = { type?: string; metadata?: unknown; error?: string };

const requestTimeoutMs = 30_000;
/** Answers are JSON that we asked for, or a console log; a bigger one is a fault. */
const answerMaxBytes = 64 * 1024 * 1024;
const operationSucceeded = 200;
const operationFailed = 400;

export class IncusApi {
	readonly transport: IncusTransport;
	readonly #project: string;

	constructor(transport: IncusTransport, project: string) {
		this.transport = transport;
		this.#project = project;
	}

	/** The `metadata` of a synchronous answer, or the operation of an asynchronous one. */
	async request(o: IncusRequest): Promise<unknown> {
		const answer = await this.send(o);
		const what = `${o.method} ${o.path}`;
		let envelope: Envelope;
		try {
			envelope = JSON.parse(answer.body.toString()) as Envelope;
		} catch (cause) {
			if (answer.status >= 500) throw errorOfResponse(answer.status, answer.body.toString().slice(0, 300), what);
			throw new EngineError("unavailable", `The engine's answer is not JSON (${what}: HTTP ${answer.status})`, cause);
		}
		if (answer.status >= 400 || envelope.type === "error") {
			throw errorOfResponse(answer.status, envelope.error ?? "", what);
		}
		return envelope.metadata;
	}

	/** The plain bytes of an answer: console logs and files. Errors as in `request`. */
	async requestBytes(o: IncusRequest): Promise<Buffer> {
		const answer = await this.send(o);
		if (answer.status < 400) return answer.body;
		let message = answer.body.toString().slice(0, 300);
		try {
			message = (JSON.parse(message) as Envelope).error ?? message;
		} catch {
			message = `${message} (not JSON)`;
		}
		throw errorOfResponse(answer.status, message, `${o.method} ${o.path}`);
	}

	/** Starts an operation and waits until it has ended well. `timeoutMs` bounds the whole: then `timeout` is thrown, and it goes on. */
	async run(o: IncusRequest & { timeoutMs: number }): Promise<IncusOperation> {
		const endsAt = Date.now() + o.timeoutMs;
		const operation = asOperation(await this.request(o));
		const what = `${o.method} ${o.path}`;
		return this.wait({ id: operation.id, what, timeoutMs: endsAt - Date.now(), signal: o.signal });
	}

	/** Waits for an operation that was started before. */
	async wait(o: {
		id: string;
		what: string;
		timeoutMs: number;
		signal?: AbortSignal | undefined;
	}): Promise<IncusOperation> {
		const seconds = Math.max(1, Math.ceil(o.timeoutMs / 1000));
		const operation = asOperation(
			await this.request({
				method: "GET",
				path: `/1.0/operations/${encodeURIComponent(o.id)}/wait?timeout=${seconds}`,
				signal: o.signal,
				// The engine ends the wait itself; the margin is for an engine that does not.
				timeoutMs: seconds * 1000 + 5_000,
			}),
		);
		if (operation.status_code === operationSucceeded) return operation;
		if (operation.status_code < operationSucceeded) {
			throw new EngineError("timeout", `The engine was still at it after ${o.timeoutMs} ms (${o.what})`);
		}
		if (operation.status_code === operationFailed) throw errorOfOperation(operation.err ?? "", o.what);
		throw new EngineError("unavailable", `The engine gave up: ${operation.status} ${operation.err ?? ""} (${o.what})`);
	}

	/** Path within our project. */
	inProject(path: string): string {
		return `${path}${path.includes("?") ? "&" : "?"}project=${encodeURIComponent(this.#project)}`;
	}

	private async send(o: IncusRequest): Promise<{ status: number; body: Buffer }> {
		const what = `${o.method} ${o.path}`;
		const deadline = AbortSignal.timeout(o.timeoutMs ?? requestTimeoutMs);
		const signal = o.signal ? AbortSignal.any([o.signal, deadline]) : deadline;
		try {
			return await this.exchange(o, signal);
		} catch (error) {
			if (signal.aborted) throw errorOfAbort(signal, what);
			// A kept-alive connection that the engine closed while it was idle: reading again is safe.
			if (o.method === "GET" && error instanceof StaleConnectionError) {
				return this.exchange(o, signal).catch((second: unknown) => {
					throw signal.aborted ? errorOfAbort(signal, what) : errorOfNetwork(second, what);
				});
			}
			if (error instanceof EngineError) throw error;
			throw errorOfNetwork(error, what);
		}
	}

	private async exchange(o: IncusRequest, signal: AbortSignal): Promise<{ status: number; body: Buffer }> {
		signal.throwIfAborted();
		const json = o.json === undefined ? null : Buffer.from(JSON.stringify(o.json));
		const headers: Record<string, string | number> = json
			? { "content-type": "application/json", "content-length": json.length }
			: o.body
				? { ...o.body.headers, "content-length": o.body.length }
				: {};
		const request = this.transport.request({ method: o.method, path: this.inProject(o.path), headers, signal });
		const response = new Promise<IncomingMessage>((resolve, reject) => {
			request.once("response", resolve);
			request.once("error", (error: NodeJS.ErrnoException) => {
				const isStale = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
				reject(isStale ? new StaleConnectionError(error.message, { cause: error }) : error);
			});
		});
		if (!o.body) request.end(json ?? undefined);
		// An engine that refuses an upload answers before it has read it all: then its answer counts, not the broken pipe.
		const uploaded = o.body ? pipeline(o.body.stream(), request, { signal }).then(noError, asIs) : null;
		const message = await response.catch(async (error: unknown) => {
			throw (await uploaded) ?? error;
		});
		return { status: message.statusCode ?? 0, body: await collect(message) };
	}
}

class StaleConnectionError extends Error {}

const noError = (): null => null;
const asIs = (error: unknown): unknown => error;

async function collect(message: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of message as AsyncIterable<Buffer>) {
		length += chunk.length;
		if (length > answerMaxBytes)
			throw new EngineError("unavailable", `The engine's answer passes ${answerMaxBytes} bytes`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

/** Throws `unavailable` for what is not an operation: the engine is not the one we think it is. */
export function asOperation(value: unknown): IncusOperation {
	if (typeof value === "object" && value !== null && "id" in value && "status_code" in value) {
		return value as IncusOperation;
	}
	throw new EngineError("unavailable", "The engine answered without an operation");
}
