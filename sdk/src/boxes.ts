/** `c.box`: finding devboxes and making them. */
import type { ApiInput } from "./api-types.ts";
import { Box, type BoxClient } from "./box.ts";
import { pause } from "./deadline.ts";
import { DevboxError, isDevboxError } from "./devbox-error.ts";
import type { Devbox } from "./generated/api.ts";
import { newIdempotencyKey } from "./idempotency-key.ts";

export type CreateBoxOptions = ApiInput<"createDevbox"> & {
	/** A devbox of yours that has this name: `error` (the default, code `name_taken`), or `return` it, started where it was stopped. */
	ifExists?: "error" | "return";
	/** `false`: answer as soon as it is ordered, and `waitForReady()` later. */
	wait?: boolean;
	/** Milliseconds until it must be ready; 20 min unless told. */
	timeoutMs?: number;
	signal?: AbortSignal;
	/** An Anthropic key for what runs inside, there as ANTHROPIC_API_KEY until the first restart. */
	claudeToken?: string;
	/** An OpenAI key for what runs inside, there as OPENAI_API_KEY until the first restart. */
	codexToken?: string;
};

const readyTimeoutMs = 20 * 60_000;
/** A name is free again when the machine of the devbox that had it is gone, which takes seconds. */
const nameWaitMs = 30_000;
const nameRetryMs = 500;
const idPattern = /^dbx_[0-9a-z]{16}$/;

export class Boxes {
	readonly #client: BoxClient;

	constructor(client: BoxClient) {
		this.#client = client;
	}

	/**
	 * Makes a devbox and resolves when it is ready. Throws `name_taken`, `quota_exceeded`, `invalid`; `wrong_state` when it failed on
	 * the way, with the failed step and its output; `timeout`. Aborting leaves the devbox where it is.
	 */
	async create(options: CreateBoxOptions): Promise<Box> {
		const { ifExists = "error", wait = true, timeoutMs = readyTimeoutMs, signal, ...order } = options;
		const release = wait ? this.#client.watch.hold() : null;
		try {
			const box = await this.#createOrFind(order, { ifExists, signal });
			if (wait) await box.waitForReady({ timeoutMs, signal });
			return box;
		} finally {
			release?.();
		}
	}

	/** By id or by name. Throws `not_found`. */
	async get(idOrName: string, o: { signal?: AbortSignal } = {}): Promise<Box> {
		if (idPattern.test(idOrName)) return new Box(this.#client, await this.#client.api.getDevbox({ id: idOrName }, o));
		const found = await this.#find(idOrName, o.signal);
		if (found) return new Box(this.#client, found);
		throw new DevboxError({
			code: "not_found",
			status: 404,
			detail: `You have no devbox named ${JSON.stringify(idOrName)}.`,
		});
	}

	/**
	 * Your devboxes, newest first; without the destroyed ones unless told. Page by page with `limit` and `after`, the id of the last
	 * one of the page before: a page with fewer than `limit` is the last.
	 */
	async list(
		o: { includeDestroyed?: boolean; limit?: number; after?: string; signal?: AbortSignal } = {},
	): Promise<Box[]> {
		const { includeDestroyed, limit, after: cursor } = o;
		const query = { include_destroyed: includeDestroyed ? "true" : "false", limit, cursor } as const;
		const devboxes = await this.#client.api.listDevboxes(query, { signal: o.signal });
		return devboxes.map((devbox) => new Box(this.#client, devbox));
	}

	async #createOrFind(order: Order, o: { ifExists: "error" | "return"; signal?: AbortSignal }): Promise<Box> {
		const deadline = Date.now() + nameWaitMs;
		const { body, headers } = splitTokens(order);
		for (;;) {
			try {
				const call = { signal: o.signal, idempotencyKey: newIdempotencyKey(), headers };
				return new Box(this.#client, await this.#client.api.createDevbox(body, call));
			} catch (error) {
				if (!isDevboxError(error) || error.code !== "name_taken" || o.ifExists === "error") throw error;
				const found = await this.#find(body.name, o.signal);
				if (found) return this.#startedBox(found, o.signal);
				// Held by one that is being destroyed, or by somebody else's.
				if (Date.now() > deadline) throw error;
				await pause(nameRetryMs, o.signal);
			}
		}
	}

	async #startedBox(devbox: Devbox, signal?: AbortSignal): Promise<Box> {
		const box = new Box(this.#client, devbox);
		if (devbox.state === "stopped" && devbox.desired_state === "stopped") await box.start({ signal, wait: false });
		return box;
	}

	async #find(name: string, signal?: AbortSignal): Promise<Devbox | null> {
		const devboxes = await this.#client.api.listDevboxes({}, { signal });
		return devboxes.find((devbox) => devbox.name === name || devbox.label === name) ?? null;
	}
}

type Order = ApiInput<"createDevbox"> & Pick<CreateBoxOptions, "claudeToken" | "codexToken">;

/** Keys of AI services travel in headers, so that no log of bodies has them; who gives one wants it injected. */
function splitTokens({ claudeToken, codexToken, ...body }: Order) {
	const headers: Record<string, string> = {};
	if (claudeToken) headers["x-claude-token"] = claudeToken;
	if (codexToken) headers["x-codex-token"] = codexToken;
	if (!claudeToken && !codexToken) return { body, headers };
	const profile = { inject_claude_token: Boolean(claudeToken), inject_codex_token: Boolean(codexToken) };
	return { body: { credential_profile: profile, ...body }, headers };
}
