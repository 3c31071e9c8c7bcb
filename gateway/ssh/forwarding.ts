/**
 * What needs a link of the client's own: ports and sockets in the box that lead to the client (`-R`), and the client's SSH agent
 * (`-A`). The link is opened by the first of them. Ports are bound to the box's loopback alone.
 */
import type { Duplex } from "node:stream";
import type { BoxListener, ForwardingLink } from "../../lib/domain/box-link.ts";
import type { SshReader } from "../../lib/domain/ssh-wire.ts";
import type { Log } from "../../lib/log/log.ts";
import type { BoxAccess } from "./box-access.ts";
import { joinStreams } from "./join-streams.ts";
import type { GlobalAnswer, GlobalRequest, SshChannels } from "./ssh-channels.ts";

export type Forwarding = {
	answer(request: GlobalRequest): Promise<GlobalAnswer>;
	link(signal: AbortSignal): Promise<ForwardingLink>;
	close(): void;
};

const listenersMax = 32;
const refused: GlobalAnswer = { isDone: false };
const loopback = ["localhost", "127.0.0.1", "::1"];

export function openForwarding(o: {
	access: BoxAccess;
	channels: Pick<SshChannels, "ask">;
	/** The link is gone, and with it what listened. */
	onLost: () => void;
	log: Log;
}): Forwarding {
	const listeners = new Map<string, BoxListener>();
	const ending = new AbortController();
	let opening: Promise<ForwardingLink> | null = null;

	async function open(): Promise<ForwardingLink> {
		const onAgent = (stream: Duplex) => void bring(stream, "auth-agent@openssh.com");
		const link = await o.access.openForwarding({ onAgent, signal: ending.signal });
		if (ending.signal.aborted) link.close();
		void link.closed.then(() => {
			opening = null;
			if (!ending.signal.aborted && listeners.size > 0) o.onLost();
		});
		return link;
	}

	function link(): Promise<ForwardingLink> {
		if (opening) return opening;
		const own = open();
		opening = own;
		own.catch(() => {
			if (opening === own) opening = null;
		});
		return own;
	}

	/** Hands a connection from the box to the client. */
	async function bring(stream: Duplex, type: string, ...fields: (string | number)[]): Promise<void> {
		stream.on("error", () => stream.destroy());
		const channel = await o.channels.ask(type, ...fields);
		if (channel) joinStreams(channel, stream);
		else stream.destroy();
	}

	async function listenTcp(fields: SshReader): Promise<GlobalAnswer> {
		const [address, asked] = [fields.text(), fields.uint32()];
		if (!loopback.includes(address) || asked > 65_535 || listeners.size >= listenersMax) return refused;
		const own = await link();
		const opened = own.listenTcp({
			port: asked,
			// The client knows its forwards by the address as it gave it, and by the port that it was told.
			onConnection: (stream, from) =>
				void opened.then(
					({ port }) => bring(stream, "forwarded-tcpip", address, port, from.host, from.port),
					// A box that answers after its time: nobody listens there.
					() => stream.destroy(),
				),
		});
		const listener = await opened;
		listeners.set(tcpKey(address, listener.port), listener);
		return asked === 0 ? { isDone: true, port: listener.port } : { isDone: true };
	}

	async function listenSocket(fields: SshReader): Promise<GlobalAnswer> {
		const path = fields.text();
		if (listeners.has(socketKey(path)) || listeners.size >= listenersMax) return refused;
		const onConnection = (stream: Duplex) => void bring(stream, "forwarded-streamlocal@openssh.com", path, "");
		listeners.set(socketKey(path), await (await link()).listenSocket({ path, onConnection }));
		return { isDone: true };
	}

	async function stopListening(key: string): Promise<GlobalAnswer> {
		const listener = listeners.get(key);
		if (!listener) return refused;
		listeners.delete(key);
		await listener.close();
		return { isDone: true };
	}

	async function carryOut({ name, fields }: GlobalRequest): Promise<GlobalAnswer> {
		if (name === "tcpip-forward") return listenTcp(fields);
		if (name === "streamlocal-forward@openssh.com") return listenSocket(fields);
		if (name === "cancel-tcpip-forward") return stopListening(tcpKey(fields.text(), fields.uint32()));
		if (name === "cancel-streamlocal-forward@openssh.com") return stopListening(socketKey(fields.text()));
		// Keep-alives among them: that an answer comes is what they are for.
		return refused;
	}

	return {
		async answer(request) {
			try {
				return await carryOut(request);
			} catch (error) {
				o.log.info({ err: error, request: request.name }, "a forwarding was refused");
				return refused;
			}
		},
		link,
		close() {
			ending.abort();
			opening?.then(
				(opened) => opened.close(),
				// It did not open: there is nothing to close.
				() => undefined,
			);
		},
	};
}

function tcpKey(address: string, port: number): string {
	return `tcp ${address} ${port}`;
}

function socketKey(path: string): string {
	return `socket ${path}`;
}
