/** `box.execs`: commands that go on by themselves, to be found and followed again. */
import type { ApiInput } from "./api-types.ts";
import { type ByteSource, withOwnErrors } from "./byte-stream.ts";
import { fillPath, withQuery } from "./devbox-client.ts";
import {
	type CommandOptions,
	collectResult,
	type ExecResult,
	execRequestOf,
	type FollowOptions,
	sendStdin,
} from "./exec-run.ts";
import { type ExecClient, type ExecEvent, type ExecOffsets, streamExec } from "./exec-stream.ts";
import { type Exec, streamRoutes } from "./generated/api.ts";
import { newIdempotencyKey } from "./idempotency-key.ts";

export type StartOptions = CommandOptions & {
	/** Text of up to about half a MiB. */
	stdin?: string;
	/** `true` unless told: it goes on when the server restarts, and keeps 10 MiB of each output in the devbox. */
	detach?: boolean;
	/** Only with `detach: false`. */
	tty?: boolean | { cols: number; rows: number };
	signal?: AbortSignal;
};

export type ListExecsOptions = {
	status?: Exec["status"];
	/** How many at a time; 50 unless told. */
	limit?: number;
	/** `nextCursor` of the page before. */
	cursor?: string;
	signal?: AbortSignal;
};

export class Execs {
	readonly #client: ExecClient;

	constructor(client: ExecClient) {
		this.#client = client;
	}

	/** Resolves when it runs. */
	async start(argv: readonly string[], options: StartOptions = {}): Promise<BoxExec> {
		const { detach = true, stdin, signal, ...command } = options;
		const body = { ...execRequestOf(argv, { ...command, detach }), stdin };
		const call = { signal, idempotencyKey: newIdempotencyKey() };
		return new BoxExec(this.#client, await this.#client.api.createExec({ id: this.#client.devboxId, ...body }, call));
	}

	/** Throws `not_found`. */
	async get(execId: string, o: { signal?: AbortSignal } = {}): Promise<BoxExec> {
		const exec = await this.#client.api.getExec({ id: this.#client.devboxId, exec_id: execId }, o);
		return new BoxExec(this.#client, exec);
	}

	/** Newest first. */
	async list(o: ListExecsOptions = {}): Promise<{ execs: BoxExec[]; nextCursor: string | null }> {
		const { signal, ...query } = o;
		const page = await this.#client.api.listExecs({ id: this.#client.devboxId, ...query }, { signal });
		return { execs: page.data.map((exec) => new BoxExec(this.#client, exec)), nextCursor: page.next_cursor };
	}
}

/** One command that was started. */
export class BoxExec {
	readonly #client: ExecClient;
	#data: Exec;

	constructor(client: ExecClient, data: Exec) {
		this.#client = client;
		this.#data = data;
	}

	get id(): string {
		return this.#data.id;
	}

	/** All that the API said last; `refresh()` asks again. */
	get data(): Readonly<Exec> {
		return this.#data;
	}

	async refresh(o: { signal?: AbortSignal } = {}): Promise<this> {
		this.#data = await this.#client.api.getExec(this.#ids, o);
		return this;
	}

	/**
	 * Follows it to its end, from its first byte of output that is kept. Throws `lost` when nobody knows how it ended. Aborting ends the
	 * wait, not the command.
	 */
	async wait(o: FollowOptions = {}): Promise<ExecResult> {
		return collectResult(this.stream({ signal: o.signal }), o);
	}

	/** Its output as it comes, from any offset, over broken connections and restarts of the server; last comes `exit`. */
	async *stream(o: { from?: Partial<ExecOffsets>; signal?: AbortSignal } = {}): AsyncGenerator<ExecEvent> {
		const offsets = { stdout: 0, stderr: 0, ...o.from };
		const source = { kind: "existing", execId: this.id, offsets } as const;
		for await (const event of streamExec(this.#client, source, o.signal)) {
			if (event.type === "exec" || event.type === "exit") this.#data = event.exec;
			yield event;
		}
	}

	/** What it has written so far, from `offset`. */
	async logs(
		stream: "stdout" | "stderr",
		o: { offset?: number; signal?: AbortSignal } = {},
	): Promise<ReadableStream<Uint8Array>> {
		const { method, path } = streamRoutes.getExecLogs;
		const values: Record<string, string> = { ...this.#ids, stream };
		const query = { offset: o.offset };
		const request = {
			method,
			path: withQuery(
				fillPath(path, (name) => values[name]),
				query,
			),
			signal: o.signal,
		};
		return this.#client.transport.send(
			{ ...request, headers: { accept: "application/octet-stream" }, repeatability: "safe" },
			async (response) => withOwnErrors(response.body, o.signal),
		);
	}

	/** To its whole process group, as `INT` or `SIGINT`. */
	async signal(name: ApiInput<"signalExec">["signal"], o: { signal?: AbortSignal } = {}): Promise<void> {
		this.#data = await this.#client.api.signalExec({ ...this.#ids, signal: name }, o);
	}

	/** Ends its whole process group: SIGTERM, and SIGKILL after 5 s. One that has ended stays as it is. */
	async cancel(o: { signal?: AbortSignal } = {}): Promise<void> {
		this.#data = await this.#client.api.cancelExec(this.#ids, o);
	}

	/** With `tty`: tells its terminal the size. */
	async resize(size: { cols: number; rows: number }, o: { signal?: AbortSignal } = {}): Promise<void> {
		await this.#client.api.resizeExec({ ...this.#ids, ...size }, o);
	}

	/** With `tty`: types. Resolves when the process was given all of it. */
	async write(data: ByteSource, o: { eof?: boolean; signal?: AbortSignal } = {}): Promise<void> {
		await sendStdin(this.#client, this.id, data, { eof: o.eof ?? false, signal: o.signal });
	}

	get #ids() {
		return { id: this.#client.devboxId, exec_id: this.id };
	}
}
