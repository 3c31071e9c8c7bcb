/**
 * The links of this process into the boxes of one host: one per (instance, user), opened when first asked for, shared by all who
 * ask meanwhile, opened again after it was lost. An instance in which nothing has been open for a while is let go, so that a box
 * does not keep two sshd for nobody.
 *
 * With `control`, the instance's root link also carries the box's control socket, whoever's link was asked for: give it in the
 * gateway, and nowhere else, since the last process to listen gets the connections.
 */
import type { Duplex } from "node:stream";
import type { BoxLink, BoxLinks, BoxListener, BoxUser, ForwardingLink } from "../domain/box-link.ts";
import { AppError } from "../domain/errors.ts";
import type { ControlHandler } from "./control-socket.ts";
import { aborted } from "./link-errors.ts";
import { linkLimits } from "./link-limits.ts";
import { type ExecEngine, openLink } from "./open-link.ts";
import type { OpenedLink } from "./ssh2-link.ts";
import { controlSocketPath } from "./sshd-command.ts";

type BoxLinksInput = {
	engine: ExecEngine;
	/** Who answers the box's control socket; null for a box that shall have none. */
	control?: (instance: string) => ControlHandler | null;
	/** The control socket could not be made; the link itself is fine. It is tried again when the root link is next opened. */
	onControlError?: (o: { instance: string; error: unknown }) => void;
	/** Milliseconds for opening one link; 15,000 when left out. */
	openTimeoutMs?: number;
	/** Milliseconds without an open channel and without a get() until an instance's links are closed; 10 minutes when left out. */
	idleMs?: number;
};

type Opening = { promise: Promise<OpenedLink>; abort: AbortController; link: OpenedLink | null };
type Instance = { openings: Map<BoxUser, Opening>; usedAt: number };

const idleMsDefault = 10 * 60_000;

export function createBoxLinks(o: BoxLinksInput): BoxLinks {
	return new LinkPool(o);
}

class LinkPool implements BoxLinks {
	readonly #o: BoxLinksInput;
	readonly #idleMs: number;
	readonly #instances = new Map<string, Instance>();
	readonly #controls = new WeakMap<OpenedLink, BoxListener>();
	/** Links of single clients, those being opened included, by instance. */
	readonly #forwarding = new Map<string, Set<Opening>>();
	readonly #sweep: NodeJS.Timeout;
	#isClosed = false;

	constructor(o: BoxLinksInput) {
		this.#o = o;
		this.#idleMs = o.idleMs ?? idleMsDefault;
		this.#sweep = setInterval(() => this.#dropIdle(), Math.max(50, Math.min(30_000, this.#idleMs / 2)));
		this.#sweep.unref();
	}

	async get(o: { instance: string; user: BoxUser; signal?: AbortSignal }): Promise<BoxLink> {
		if (this.#isClosed) throw stopping();
		o.signal?.throwIfAborted();
		const opening = this.#opening(o.instance, o.user);
		if (o.user !== "root" && this.#o.control?.(o.instance)) this.#openForControl(o.instance);
		if (!o.signal) return opening.promise;
		return orAborted(opening.promise, o.signal);
	}

	async openForwarding(o: {
		instance: string;
		user: BoxUser;
		onAgent: (stream: Duplex) => void;
		signal?: AbortSignal;
	}): Promise<ForwardingLink> {
		if (this.#isClosed) throw stopping();
		const { instance, user, onAgent } = o;
		const siblings = this.#forwarding.get(instance) ?? new Set<Opening>();
		if (siblings.size >= linkLimits.forwardingLinksMax) throw tooManyForwardingLinks();
		this.#forwarding.set(instance, siblings);
		const abort = new AbortController();
		const signal = o.signal ? AbortSignal.any([o.signal, abort.signal]) : abort.signal;
		const timeoutMs = this.#o.openTimeoutMs ?? linkLimits.openTimeoutMs;
		const promise = openLink({ engine: this.#o.engine, instance, user, forwarding: { onAgent }, signal, timeoutMs });
		const opening: Opening = { abort, link: null, promise };
		siblings.add(opening);
		const forget = () => {
			siblings.delete(opening);
			if (siblings.size === 0 && this.#forwarding.get(instance) === siblings) this.#forwarding.delete(instance);
		};
		try {
			const link = await promise;
			opening.link = link;
			void link.closed.then(forget);
			// Dropped in the moment between: nobody else would close it.
			if (abort.signal.aborted) link.close();
			return link;
		} catch (error) {
			forget();
			throw error;
		}
	}

	async holdControl(o: { instance: string; signal?: AbortSignal }): Promise<void> {
		const handler = this.#o.control?.(o.instance);
		if (!handler) return;
		if (this.#isClosed) throw stopping();
		const { promise } = this.#opening(o.instance, "root");
		const link = await (o.signal ? orAborted(promise, o.signal) : promise);
		if (await isAnswered(link, o.signal)) return;
		// Another process had the socket, and is gone: what it left there answers nobody.
		await this.#controls.get(link)?.close();
		await this.#listen(link, { handler, signal: o.signal });
	}

	async #listen(link: OpenedLink, o: { handler: ControlHandler; signal?: AbortSignal }): Promise<void> {
		const { handler: onConnection, signal } = o;
		this.#controls.set(link, await link.listenSocket({ path: controlSocketPath, onConnection, signal }));
	}

	/** The control socket is wanted with any link, yet nobody waits for it. */
	#openForControl(instance: string): void {
		this.#opening(instance, "root").promise.catch((error: unknown) => this.#o.onControlError?.({ instance, error }));
	}

	#opening(name: string, user: BoxUser): Opening {
		const instance = this.#instances.get(name) ?? { openings: new Map<BoxUser, Opening>(), usedAt: 0 };
		this.#instances.set(name, instance);
		instance.usedAt = performance.now();
		const known = instance.openings.get(user);
		if (known && (known.link === null || known.link.isOpen)) return known;
		const abort = new AbortController();
		const opening: Opening = { abort, link: null, promise: this.#open({ name, user, signal: abort.signal }) };
		instance.openings.set(user, opening);
		const forget = () => this.#forget({ name, user, opening });
		opening.promise.then((link) => {
			opening.link = link;
			void link.closed.then(forget);
			// Dropped in the moment between: nobody else would close it.
			if (abort.signal.aborted) link.close();
		}, forget);
		return opening;
	}

	async #open(o: { name: string; user: BoxUser; signal: AbortSignal }): Promise<OpenedLink> {
		const timeoutMs = this.#o.openTimeoutMs ?? linkLimits.openTimeoutMs;
		const link = await openLink({
			engine: this.#o.engine,
			instance: o.name,
			user: o.user,
			signal: o.signal,
			timeoutMs,
		});
		const handler = o.user === "root" ? (this.#o.control?.(o.name) ?? null) : null;
		if (handler) {
			try {
				await this.#listen(link, { handler, signal: o.signal });
			} catch (error) {
				if (!link.isOpen || o.signal.aborted) {
					link.close();
					throw error;
				}
				this.#o.onControlError?.({ instance: o.name, error });
			}
		}
		return link;
	}

	#forget(o: { name: string; user: BoxUser; opening: Opening }): void {
		const instance = this.#instances.get(o.name);
		if (instance?.openings.get(o.user) !== o.opening) return;
		instance.openings.delete(o.user);
		if (instance.openings.size === 0) this.#instances.delete(o.name);
	}

	#dropIdle(): void {
		const now = performance.now();
		for (const [name, instance] of this.#instances) {
			const links = [...instance.openings.values()];
			const isBusy = links.some(({ link }) => link === null || link.channels > 0);
			if (isBusy) instance.usedAt = now;
			else if (now - instance.usedAt >= this.#idleMs) this.drop(name);
		}
	}

	drop(name: string): void {
		const instance = this.#instances.get(name);
		this.#instances.delete(name);
		const forwarding = this.#forwarding.get(name);
		this.#forwarding.delete(name);
		for (const { abort, link } of [...(instance?.openings.values() ?? []), ...(forwarding ?? [])]) {
			abort.abort(new Error("the devbox is changing its state"));
			link?.close();
		}
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		clearInterval(this.#sweep);
		const shared = [...this.#instances.values()].flatMap(({ openings }) => [...openings.values()]);
		const links = [...shared, ...[...this.#forwarding.values()].flatMap((openings) => [...openings])];
		for (const name of [...this.#instances.keys(), ...this.#forwarding.keys()]) this.drop(name);
		await Promise.all(
			links.map(async ({ promise }) => {
				const [opened] = await Promise.allSettled([promise]);
				if (opened.status === "fulfilled") await opened.value.closed;
			}),
		);
	}
}

/** Whether anybody takes connections at the box's control socket. */
async function isAnswered(link: OpenedLink, signal: AbortSignal | undefined): Promise<boolean> {
	try {
		(await link.openSocket({ path: controlSocketPath, signal })).destroy();
		return true;
	} catch (error) {
		if (!link.isOpen || signal?.aborted) throw error;
		return false;
	}
}

function stopping(): AppError {
	return new AppError({ code: "unavailable", message: "The server is stopping. Try again in a moment." });
}

function tooManyForwardingLinks(): AppError {
	return new AppError({
		code: "rate_limited",
		message: `${linkLimits.forwardingLinksMax} clients forward ports or an agent into this devbox already. Close some, then try again.`,
		retryAfterSeconds: 1,
	});
}

/** One caller's cancellation must not end an opening that others wait for. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	const { promise: stopped, reject } = Promise.withResolvers<never>();
	const stop = () => reject(aborted(signal));
	signal.addEventListener("abort", stop, { once: true });
	try {
		return await Promise.race([work, stopped]);
	} finally {
		signal.removeEventListener("abort", stop);
	}
}
