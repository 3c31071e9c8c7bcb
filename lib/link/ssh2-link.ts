/** What a link does once it is open: each command, login, file session, forward and listener is one bounded question to the box. */
import type { Duplex } from "node:stream";
import type {
	BoxChannel,
	BoxFiles,
	BoxLink,
	BoxListener,
	BoxProgram,
	BoxPty,
	BoxUser,
	ForwardingLink,
} from "../domain/box-link.ts";
import { AppError } from "../domain/errors.ts";
import { boxChannel } from "./box-channel.ts";
import { checkCommand, checkCommandBytes, checkEnvironment } from "./box-environment.ts";
import { openBoxFiles } from "./box-files.ts";
import { ChannelStream } from "./channel-stream.ts";
import { aborted, linkLost, linkTimeout } from "./link-errors.ts";
import { linkLimits } from "./link-limits.ts";
import type { LinkStream } from "./link-stream.ts";
import { runCommand } from "./run-command.ts";
import type { SshConnection } from "./ssh-connection.ts";
import type { Ssh2Guard, SshChannel } from "./ssh2-guard.ts";
import { withAbort } from "./with-abort.ts";

/** Beyond the port: what the pool of links and the control socket need. */
export interface OpenedLink extends ForwardingLink {
	/** Channels open or being opened. */
	readonly channels: number;
}

export class Ssh2Link implements OpenedLink {
	readonly user: BoxUser;
	readonly closed: Promise<void>;
	readonly #c: SshConnection;

	constructor(o: { user: BoxUser; connection: SshConnection; onAgent: ((stream: Duplex) => void) | null }) {
		this.user = o.user;
		this.#c = o.connection;
		this.closed = o.connection.closed;
		const { onAgent } = o;
		if (onAgent) this.#c.guard.allow({ kind: "agent" }, (channel) => onAgent(this.#duplex(channel)));
	}

	get isOpen(): boolean {
		return !this.#c.stream.destroyed && this.#c.stream.writable;
	}

	get channels(): number {
		return this.#c.guard.channels;
	}

	close(): void {
		this.#c.client.end();
		this.#c.end(new Error("closed by us"));
	}

	async open(o: {
		command: string;
		env?: Record<string, string>;
		pty?: BoxPty;
		signal?: AbortSignal;
	}): Promise<BoxChannel> {
		const command = checkCommand(o.command);
		const options = { env: checkEnvironment(o.env) as NodeJS.ProcessEnv, ...(o.pty ? { pty: ptyRequest(o.pty) } : {}) };
		const channel = await this.#request<BoxChannel>({
			signal: o.signal,
			start: (done) =>
				this.#c.client.exec(command, options, (error, channel) =>
					error ? done(error, null) : done(null, boxChannel({ ...this.#parts(channel), cause: this.#c.cause })),
				),
			discard: (late) => late.close(),
		});
		if (o.signal) closeOnAbort({ channel, signal: o.signal });
		return channel;
	}

	async login(o: {
		program: BoxProgram;
		env?: Record<string, string>;
		pty?: BoxPty;
		agent?: boolean;
		signal?: AbortSignal;
	}): Promise<BoxChannel> {
		const start = this.#loginRequest(o);
		const channel = await this.#request<BoxChannel>({
			signal: o.signal,
			start: (done) =>
				start((error, channel) =>
					error ? done(error, null) : done(null, boxChannel({ ...this.#parts(channel), cause: this.#c.cause })),
				),
			discard: (late) => late.close(),
		});
		if (o.signal) closeOnAbort({ channel, signal: o.signal });
		return channel;
	}

	#loginRequest(o: {
		program: BoxProgram;
		env?: Record<string, string>;
		pty?: BoxPty;
		agent?: boolean;
	}): (done: (error: Error | undefined, channel: unknown) => void) => void {
		const { client } = this.#c;
		const { program } = o;
		const env = checkEnvironment(o.env) as NodeJS.ProcessEnv;
		const options = { env, agentForward: o.agent === true };
		const pty = o.pty && ptyRequest(o.pty);
		if (program.kind === "sftp") return (done) => client.subsys("sftp", done);
		if (program.kind === "shell") return (done) => client.shell(pty ?? false, options, done);
		// ssh2 takes bytes as well, which its types do not say.
		const command = checkCommandBytes(program.command) as unknown as string;
		return (done) => client.exec(command, { ...options, ...(pty ? { pty } : {}) }, done);
	}

	run(o: Parameters<BoxLink["run"]>[0]): ReturnType<BoxLink["run"]> {
		return runCommand({ ...o, open: (signal) => this.open({ command: o.command, env: o.env, signal }) });
	}

	files(o: { signal?: AbortSignal } = {}): Promise<BoxFiles> {
		return this.#request<BoxFiles>({
			signal: o.signal,
			start: (done) =>
				this.#c.client.sftp((error, sftp) =>
					error ? done(error, null) : done(null, openBoxFiles({ sftp, stream: this.#c.stream, cause: this.#c.cause })),
				),
			discard: (late) => late.close(),
		});
	}

	openTcp(o: { host: string; port: number; signal?: AbortSignal }): Promise<Duplex> {
		return this.#request<Duplex>({
			signal: o.signal,
			start: (done) =>
				this.#c.client.forwardOut("127.0.0.1", 0, o.host, o.port, (error, channel) =>
					error ? done(refusedConnection({ port: o.port, cause: error }), null) : done(null, this.#duplex(channel)),
				),
			discard: (late) => late.destroy(),
		});
	}

	openSocket(o: { path: string; signal?: AbortSignal }): Promise<Duplex> {
		return this.#request<Duplex>({
			signal: o.signal,
			start: (done) =>
				this.#c.client.openssh_forwardOutStreamLocal(o.path, (error, channel) =>
					error ? done(refusedSocket(error), null) : done(null, this.#duplex(channel)),
				),
			discard: (late) => late.destroy(),
		});
	}

	async listenSocket(o: Parameters<ForwardingLink["listenSocket"]>[0]): Promise<BoxListener> {
		const { client, guard } = this.#c;
		const disallow = guard.allow({ kind: "socket", path: o.path }, (channel) => o.onConnection(this.#duplex(channel)));
		const ask = (request: (path: string, done: (error?: Error | null) => void) => void, signal?: AbortSignal) =>
			this.#request<true>({
				signal,
				start: (done) =>
					request.call(client, o.path, (error) => (error ? done(refusedListener(error), null) : done(null, true))),
				discard: () => undefined,
			});
		try {
			await ask(client.openssh_forwardInStreamLocal, o.signal);
		} catch (error) {
			disallow();
			throw error;
		}
		const close = async () => {
			disallow();
			await ask(client.openssh_unforwardInStreamLocal);
		};
		return { port: 0, close };
	}

	async listenTcp(o: Parameters<ForwardingLink["listenTcp"]>[0]): Promise<BoxListener> {
		const { client, guard } = this.#c;
		// sshd takes this name for both of its loopback addresses.
		const host = "localhost";
		let disallow: () => void = () => undefined;
		const port = await this.#request<number>({
			signal: o.signal,
			start: (done) =>
				client.forwardIn(host, o.port, (error, bound) => {
					if (error) return done(refusedListener(error), null);
					// In this very turn: a connection may be in the same burst of packets.
					disallow = guard.allow({ kind: "tcp", host, port: bound }, (channel, from) =>
						o.onConnection(this.#duplex(channel), from),
					);
					done(null, bound);
				}),
			discard: (late) => {
				disallow();
				client.unforwardIn(host, late);
			},
		});
		const close = async () => {
			disallow();
			await this.#request<true>({
				start: (done) => client.unforwardIn(host, port, (error) => (error ? done(error, null) : done(null, true))),
				discard: () => undefined,
			});
		};
		return { port, close };
	}

	#parts(channel: unknown): { channel: SshChannel; guard: Ssh2Guard; stream: LinkStream } {
		return { channel: channel as SshChannel, guard: this.#c.guard, stream: this.#c.stream };
	}

	#duplex(channel: unknown): Duplex {
		return new ChannelStream({ ...this.#parts(channel), lost: () => linkLost(this.#c.cause()) });
	}

	/** One question to the box: bounded in time and number, and an answer that comes too late is put away. */
	async #request<T>(o: {
		start: (done: (error: Error | null, value: T | null) => void) => void;
		discard: (late: T) => void;
		signal?: AbortSignal;
	}): Promise<T> {
		if (!this.isOpen) throw linkLost(this.#c.cause());
		if (this.channels >= linkLimits.channelsMax) throw tooManyChannels();
		this.#c.stream.credit(linkLimits.requestCreditBytes);
		const timeout = AbortSignal.timeout(linkLimits.channelOpenTimeoutMs);
		const signal = o.signal ? AbortSignal.any([o.signal, timeout]) : timeout;
		const failure = () => (timeout.aborted ? linkTimeout("it did not take a request") : aborted(signal));
		const work = new Promise<T>((resolve, reject) => {
			try {
				// ssh2 answers what is open with an error when the connection ends.
				o.start((error, value) => (value === null ? reject(this.#requestFailure(error)) : resolve(value)));
			} catch (cause) {
				reject(linkLost(cause));
			}
		});
		return withAbort(work, { signal, failure, late: o.discard });
	}

	#requestFailure(cause: Error | null): AppError {
		if (cause instanceof AppError) return cause;
		if (!this.isOpen) return linkLost(this.#c.cause() ?? cause);
		return new AppError({
			code: "unavailable",
			message: "The devbox refused to start that. It may be out of memory or processes.",
			cause,
		});
	}
}

function ptyRequest(pty: BoxPty) {
	const isSize = (n: number) => Number.isInteger(n) && n >= 1 && n <= 10_000;
	if (!isSize(pty.cols) || !isSize(pty.rows)) throw new RangeError("a terminal has 1 to 10,000 rows and columns");
	if (!/^[a-z0-9][a-z0-9+._-]{0,63}$/i.test(pty.term)) throw new TypeError("not a terminal type");
	// ssh2 takes encoded modes as they are, which its types do not say.
	const modes = pty.modes ? { modes: Buffer.from(pty.modes) as unknown as Record<string, number> } : {};
	return { term: pty.term, cols: pty.cols, rows: pty.rows, width: 0, height: 0, ...modes };
}

function closeOnAbort(o: { channel: BoxChannel; signal: AbortSignal }): void {
	const close = () => o.channel.close();
	if (o.signal.aborted) close();
	o.signal.addEventListener("abort", close, { once: true });
	o.channel.stdio.once("close", () => o.signal.removeEventListener("abort", close));
}

function tooManyChannels(): AppError {
	return new AppError({
		code: "rate_limited",
		message: `This devbox has ${linkLimits.channelsMax} commands and connections open. Close some, then try again.`,
		retryAfterSeconds: 1,
	});
}

function refusedConnection(o: { port: number; cause: Error }): AppError {
	return new AppError({
		code: "unavailable",
		message: `Nothing in the devbox answers on port ${o.port}. Start your server there, or wait until it listens.`,
		cause: o.cause,
	});
}

function refusedSocket(cause: Error): AppError {
	return new AppError({
		code: "unavailable",
		message: "Nothing in the devbox answers on that socket, or it is closed to the user devbox.",
		cause,
	});
}

function refusedListener(cause: Error): AppError {
	return new AppError({
		code: "unavailable",
		message: "The devbox cannot listen there: the port or path is taken, or closed to the user devbox. Choose another.",
		cause,
	});
}
