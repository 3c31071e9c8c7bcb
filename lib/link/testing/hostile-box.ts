/**
 * Boxes whose sshd was replaced, for tests: `rawBox` talks bytes, `sshBox` speaks SSH far enough to be let in and then does as
 * told, by way of the server half of ssh2 and its internals.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Duplex, PassThrough } from "node:stream";
import ssh2, { type Connection } from "ssh2";
import { newLinkKeys } from "../link-keys.ts";
import type { ExecEngine } from "../open-link.ts";

type Exit = { code: number | null; signal: string | null };

/** Two ends of a real socket: in one process without one, ssh2 would be entered again from its own write. */
async function socketPair(): Promise<[Duplex, Duplex]> {
	const directory = mkdtempSync(join(tmpdir(), "devbox-hostile-"));
	const path = join(directory, "socket");
	const server = createServer().listen(path);
	await once(server, "listening");
	const near = connect({ path, allowHalfOpen: true });
	const [far] = (await once(server, "connection")) as [Duplex];
	server.close();
	rmSync(directory, { recursive: true });
	return [near, far];
}

/** What the client sees of `serve`'s stream; the process ends with `exit` when the stream has closed. */
export function rawBox(o: { serve: (stream: Duplex) => void; exit?: Exit; stderr?: string }): ExecEngine {
	return {
		exec: async () => {
			const [ours, theirs] = await socketPair();
			const { promise: exit, resolve } = Promise.withResolvers<Exit>();
			const end = () => {
				ours.destroy();
				theirs.destroy();
				resolve(o.exit ?? { code: 255, signal: null });
			};
			for (const side of [ours, theirs]) {
				side.on("close", end);
				side.on("error", end);
			}
			const stderr = new PassThrough();
			stderr.end(o.stderr ?? "");
			o.serve(theirs);
			return {
				stdio: ours,
				stderr,
				exit,
				kill: end,
			};
		},
	};
}

/** What these tests use of ssh2's protocol object, on the server's side. */
type ServerProtocol = {
	_handlers: {
		CHANNEL_OPEN: (protocol: ServerProtocol, info: { sender: number }) => void;
		CHANNEL_OPEN_FAILURE: (protocol: ServerProtocol, local: number) => void;
		CHANNEL_REQUEST: (protocol: ServerProtocol, local: number, type: string) => void;
		CHANNEL_DATA: () => void;
		CHANNEL_EOF: () => void;
		CHANNEL_CLOSE: () => void;
		CHANNEL_WINDOW_ADJUST: () => void;
	};
	channelOpenConfirm(remote: number, local: number, window: number, packetSize: number): void;
	channelSuccess(remote: number): void;
	channelData(remote: number, data: Buffer): void;
	channelEOF(remote: number): void;
	channelClose(remote: number): void;
	channelWindowAdjust(remote: number, bytes: number): void;
	exitStatus(remote: number, code: number): void;
	exitSignal(remote: number, name: string, coreDumped: boolean, message: string): void;
	x11(local: number, window: number, packetSize: number, cfg: unknown): void;
	forwardedTcpip(local: number, window: number, packetSize: number, cfg: unknown): void;
	openssh_forwardedStreamLocal(local: number, window: number, packetSize: number, cfg: unknown): void;
	openssh_authAgent(local: number, window: number, packetSize: number): void;
	ping(): void;
	rekey(): void;
	authSuccess(): void;
};

export type HostileSession = {
	protocol: ServerProtocol;
	connection: Connection;
	/** The client's channel number of the first command it starts; resolves once it has asked to run something. */
	command: Promise<number>;
};

const hostKey = newLinkKeys().private.reveal();

export type SshBoxInput = {
	/** Called once the client is in. */
	act: (session: HostileSession) => void;
	/** What a channel is opened with. */
	window?: number;
	packetSize?: number;
	/** Answers to the request to run something; left out, it succeeds. */
	onExec?: (protocol: ServerProtocol, channel: number) => void;
	banner?: string;
	refuse?: boolean;
};

export function sshBox(o: SshBoxInput): ExecEngine {
	return rawBox({
		serve: (stream) => {
			const server = new ssh2.Server(
				{ hostKeys: [hostKey], banner: o.banner, highWaterMark: 1 << 20 } as never,
				(connection) => {
					connection.on("error", () => stream.destroy());
					connection.on("authentication", (request) => (o.refuse ? request.reject() : request.accept()));
					connection.on("ready", () => o.act(takeOver(connection, o)));
				},
			);
			server.injectSocket(stream as never);
		},
	});
}

/** Answers channel messages by hand. */
function takeOver(connection: Connection, o: SshBoxInput): HostileSession {
	const { _protocol: protocol } = connection as unknown as { _protocol: ServerProtocol };
	const { promise: command, resolve } = Promise.withResolvers<number>();
	const remotes = new Map<number, number>();
	const handlers = protocol._handlers;
	handlers.CHANNEL_OPEN = (_protocol, info) => {
		const local = remotes.size;
		remotes.set(local, info.sender);
		protocol.channelOpenConfirm(info.sender, local, o.window ?? 2 * 1024 * 1024, o.packetSize ?? 32 * 1024);
	};
	handlers.CHANNEL_REQUEST = (_protocol, local, type) => {
		const remote = remotes.get(local);
		if (type !== "exec" || remote === undefined) return;
		if (o.onExec) o.onExec(protocol, remote);
		else protocol.channelSuccess(remote);
		resolve(remote);
	};
	for (const name of ["CHANNEL_DATA", "CHANNEL_EOF", "CHANNEL_CLOSE", "CHANNEL_WINDOW_ADJUST"] as const) {
		handlers[name] = () => undefined;
	}
	return { protocol, connection, command };
}
