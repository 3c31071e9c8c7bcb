/// <reference lib="esnext.disposable" preserve="true" />
import type { ApiInput, DevboxApi } from "./api-types.ts";
import { BoxFiles } from "./box-files.ts";
import { BoxNetwork } from "./box-network.ts";
import { DevboxError, isDevboxError } from "./devbox-error.ts";
import type { DevboxWatch } from "./devbox-watch.ts";
import { endedError, isEnded } from "./ended-devbox.ts";
import { type ExecOptions, type ExecResult, runExec } from "./exec-run.ts";
import { Execs } from "./execs.ts";
import type { CreateAccessSessionResponse, Devbox, PreviewLink } from "./generated/api.ts";
import { openShell, type Shell, type ShellOptions, type WebSocketConstructor } from "./shell.ts";
import type { Transport } from "./transport.ts";

/** What every object of one `Compute` shares. */
export type BoxClient = {
	transport: Transport;
	api: DevboxApi;
	watch: DevboxWatch;
	WebSocket?: WebSocketConstructor;
};

export type WaitForOptions = {
	/** Milliseconds. */
	timeoutMs?: number;
	signal?: AbortSignal;
};

export type PowerOptions = WaitForOptions & {
	/** `false`: answer as soon as it is ordered. */
	wait?: boolean;
};

const readyTimeoutMs = 20 * 60_000;
const stopTimeoutMs = 3 * 60_000;

/** One devbox. `await using box = await c.box.create(…)` destroys it at the end of the block. */
export class Box implements AsyncDisposable {
	/** Commands that were started in it. */
	readonly execs: Execs;
	readonly files: BoxFiles;
	/** Where it may go. */
	readonly network: BoxNetwork;
	readonly #client: BoxClient;
	#data: Devbox;

	constructor(client: BoxClient, data: Devbox) {
		this.#client = client;
		this.#data = data;
		this.execs = new Execs({ ...client, devboxId: data.id });
		this.files = new BoxFiles({ ...client, devboxId: data.id });
		this.network = new BoxNetwork({ api: client.api, devboxId: data.id });
	}

	get id(): string {
		return this.#data.id;
	}

	get name(): string {
		return this.#data.name;
	}

	/** As of the last answer; `refresh()` asks again. */
	get state(): Devbox["state"] {
		return this.#data.state;
	}

	/** All that the API said last. */
	get data(): Readonly<Devbox> {
		return this.#data;
	}

	/** Asks how it is now. Throws `not_found`. */
	async refresh(o: { signal?: AbortSignal } = {}): Promise<this> {
		this.#data = await this.#client.api.getDevbox({ id: this.id }, o);
		return this;
	}

	/**
	 * Resolves when it is ready; hears of it, and does not poll. Throws `wrong_state` with `devbox` and `failedStep` when it stopped,
	 * failed or was destroyed, `timeout` (20 min unless told), `aborted`.
	 */
	async waitForReady(o: WaitForOptions = {}): Promise<this> {
		return this.#waitFor("ready", { timeoutMs: readyTimeoutMs, ...o });
	}

	/**
	 * Runs a command and waits for its end. `argv` is never read by a shell: `["bash", "-lc", "…"]` asks for one. An exit code other
	 * than 0 does not throw. Throws `lost` when nobody knows how it ended, `wrong_state` when the devbox does not run. Aborting ends the command.
	 */
	async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
		return runExec({ ...this.#client, devboxId: this.id }, argv, options);
	}

	/** Opens a terminal. */
	async shell(options: ShellOptions = {}): Promise<Shell> {
		return openShell({ ...this.#client, devboxId: this.id }, options);
	}

	/**
	 * An SSH session: `command` works as it is on any machine with an OpenSSH client, until `expires_at` or until it is revoked. The
	 * session's id is its secret, and is shown this once.
	 */
	async createSession(o: { signal?: AbortSignal } = {}): Promise<CreateAccessSessionResponse> {
		return this.#client.api.createAccessSession({ id: this.id }, o);
	}

	/** Ends it at once, with its open connections. */
	async revokeSession(sessionId: string, o: { signal?: AbortSignal } = {}): Promise<void> {
		await this.#client.api.revokeAccessSession({ id: this.id, session_id: sessionId }, o);
	}

	/** Where a browser that is signed in finds what listens on that port. Throws `not_supported` where there are no previews. */
	url(port: number): string {
		const template = this.#data.preview_url;
		if (template) return template.replace("{port}", String(port));
		throw new DevboxError({
			code: "not_supported",
			detail: "This server has no previews. Its operator can set a domain for them.",
		});
	}

	/** A link that opens the preview of a port once, in whatever browser has it first: keep it secret. */
	async createPreviewLink(port: number, o: { path?: string; signal?: AbortSignal } = {}): Promise<PreviewLink> {
		return this.#client.api.createPreviewLink({ id: this.id, port, path: o.path }, { signal: o.signal });
	}

	/**
	 * Changes who sees it, and when it is stopped or destroyed by itself; what is left out stays. Naming the idle rule it has begins its
	 * countdown anew. Throws `invalid` for what the workspace has locked.
	 */
	async update(change: Omit<ApiInput<"updateDevbox">, "id">, o: { signal?: AbortSignal } = {}): Promise<this> {
		this.#data = await this.#client.api.updateDevbox({ ...change, id: this.id }, o);
		return this;
	}

	/** Resolves when it has stopped; its files stay. */
	async stop(o: PowerOptions = {}): Promise<this> {
		this.#data = await this.#client.api.stopDevbox({ id: this.id }, { signal: o.signal });
		return o.wait === false ? this : this.#waitFor("stopped", { timeoutMs: stopTimeoutMs, ...o });
	}

	/** Resolves when it is ready again. */
	async start(o: PowerOptions = {}): Promise<this> {
		this.#data = await this.#client.api.startDevbox({ id: this.id }, { signal: o.signal });
		return o.wait === false ? this : this.waitForReady(o);
	}

	/** Not there yet: always throws `not_supported`. */
	async suspend(): Promise<never> {
		throw notSupported("suspended");
	}

	/** Not there yet: always throws `not_supported`. */
	async resume(): Promise<never> {
		throw notSupported("resumed");
	}

	/** Destroys it with everything in it. One that is gone already is success. */
	async destroy(o: { signal?: AbortSignal } = {}): Promise<void> {
		try {
			await this.#client.api.deleteDevbox({ id: this.id }, { signal: o.signal });
		} catch (error) {
			if (!isDevboxError(error) || error.code !== "not_found") throw error;
		}
		this.#data = { ...this.#data, state: "destroyed", desired_state: "destroyed", power: "off", actions: [] };
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.destroy();
	}

	async #waitFor(goal: "ready" | "stopped", o: WaitForOptions & { timeoutMs: number }): Promise<this> {
		const { api, watch } = this.#client;
		const isDone = (box: Devbox) => box.state === goal && (goal === "stopped" || box.desired_state === "running");
		this.#data = await watch.waitFor({
			id: this.id,
			goal,
			check: (box) => (isDone(box) || isEnded(box) ? box : null),
			timeoutMs: o.timeoutMs,
			signal: o.signal,
		});
		if (isDone(this.#data)) return this;
		throw await endedError(api, this.#data, o.signal);
	}
}

function notSupported(done: string): DevboxError {
	return new DevboxError({
		code: "not_supported",
		detail: `A devbox cannot be ${done} yet. stop() and start() keep its files; what runs in it ends.`,
	});
}
