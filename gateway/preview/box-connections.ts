/**
 * Connections to what listens in one devbox, over its link. Those that answered a request without a body are kept for the next; what
 * is under way at a time is bounded, since the link's channels are also what terminals and commands need.
 */
import { Agent, type ClientRequest, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import type { BoxLink } from "../../lib/domain/box-link.ts";
import { AppError } from "../../lib/domain/errors.ts";

/** Of 256 that a link may have. */
const exchangesMax = 96;
const upgradesMax = 64;
const waitingMax = 256;
const waitMsMax = 30_000;
const freePerPortMax = 32;
/** Below the 5 s after which Node's and Python's servers close a quiet connection. */
const freeMsMax = 4_000;
const openMsMax = 20_000;

export class NothingListens extends Error {}
export class TooManyConnections extends Error {}
export class SilentBox extends Error {}

export type ConnectCallback = (error: Error | null, stream: Duplex) => void;

export type BoxConnections = {
	/** For requests that may be sent twice: it uses connections again, and the box may have closed one just then. */
	agent: Agent;
	/** A new connection, as `http.request` takes it. Fails with NothingListens, or the link's AppError. */
	connect(options: ClientRequestArgs, done: ConnectCallback): undefined;
	/** Waits for a place; answers what gives it back. Throws TooManyConnections. */
	takeExchange(signal: AbortSignal): Promise<() => void>;
	takeUpgrade(): () => void;
	/** Neither in use nor with anything that could be used again. */
	readonly isIdle: boolean;
	close(): void;
};

/** What `http` calls on a socket beyond what a stream has. */
type HttpSocket = Duplex & { destroySoon(): void; ref(): void; unref(): void; setTimeout(): void };

export function openBoxConnections(o: { openLink: (signal: AbortSignal) => Promise<BoxLink> }): BoxConnections {
	let exchanges = 0;
	let upgrades = 0;
	const waiting: (() => void)[] = [];

	async function open(port: number): Promise<HttpSocket> {
		const signal = AbortSignal.timeout(openMsMax);
		const link = await o.openLink(signal);
		for (const host of ["127.0.0.1", "::1"]) {
			try {
				return asHttpSocket(await link.openTcp({ host, port, signal }));
			} catch (error) {
				if (!isRefused(error, link)) throw error;
			}
		}
		throw new NothingListens();
	}

	function connect(options: ClientRequestArgs, done: ConnectCallback): undefined {
		open(Number(options.port)).then(
			(stream) => done(null, stream),
			// Of its two arguments http looks at the first.
			(error: Error) => done(error, undefined as unknown as Duplex),
		);
	}

	function release(): void {
		const next = waiting.shift();
		// The place goes over to who waits longest.
		if (next) next();
		else exchanges--;
	}

	async function takeExchange(signal: AbortSignal): Promise<() => void> {
		if (exchanges >= exchangesMax) await waitForPlace(waiting, signal);
		else exchanges++;
		return release;
	}

	const agent = new BoxAgent(connect);
	return {
		agent,
		connect,
		takeExchange,
		takeUpgrade() {
			if (upgrades >= upgradesMax) throw new TooManyConnections();
			upgrades++;
			return () => {
				upgrades--;
			};
		},
		get isIdle() {
			const isUnused = exchanges === 0 && upgrades === 0;
			return isUnused && Object.keys(agent.sockets).length === 0 && Object.keys(agent.freeSockets).length === 0;
		},
		close: () => agent.destroy(),
	};
}

/** The link still stands, so that it was the port that refused. */
function isRefused(error: unknown, link: BoxLink): boolean {
	return link.isOpen && error instanceof AppError && error.code === "unavailable";
}

function waitForPlace(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (waiting.length >= waitingMax || signal.aborted) return reject(new TooManyConnections());
		const deadline = AbortSignal.any([signal, AbortSignal.timeout(waitMsMax)]);
		const go = () => {
			deadline.removeEventListener("abort", giveUp);
			resolve();
		};
		const giveUp = () => {
			waiting.splice(waiting.indexOf(go), 1);
			reject(new TooManyConnections());
		};
		deadline.addEventListener("abort", giveUp, { once: true });
		waiting.push(go);
	});
}

function asHttpSocket(stream: Duplex): HttpSocket {
	// Whoever uses it hears errors by its request; while it is free nobody does.
	stream.on("error", () => undefined);
	// A channel may be half open; what a server has ended is of no more use.
	stream.on("end", () => stream.destroy());
	return Object.assign(stream, {
		destroySoon() {
			if (stream.writableFinished) return void stream.destroy();
			stream.once("finish", () => stream.destroy());
			stream.end();
		},
		ref: () => undefined,
		unref: () => undefined,
		// The proxy has deadlines of its own.
		setTimeout: () => undefined,
	});
}

class BoxAgent extends Agent {
	readonly #connect: BoxConnections["connect"];
	readonly #timers = new WeakMap<Duplex, NodeJS.Timeout>();

	constructor(connect: BoxConnections["connect"]) {
		super({ keepAlive: true, maxFreeSockets: freePerPortMax });
		this.#connect = connect;
	}

	override createConnection(options: ClientRequestArgs, callback?: ConnectCallback): undefined {
		if (callback) this.#connect(options, callback);
	}

	override keepSocketAlive(socket: Duplex): boolean {
		this.#timers.set(socket, setTimeout(() => socket.destroy(), freeMsMax).unref());
		return true;
	}

	override reuseSocket(socket: Duplex, request: ClientRequest): void {
		clearTimeout(this.#timers.get(socket));
		super.reuseSocket(socket, request);
	}
}
