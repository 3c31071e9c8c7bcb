/**
 * SSH's connection protocol (RFC 4254) for one client: the table of its channels, their flow control, and the requests that belong
 * to no channel. A client that does not keep to it throws, and its connection ends.
 */
import type { Duplex } from "node:stream";
import { AppError } from "../../lib/domain/errors.ts";
import { SshReader, SshWireError } from "../../lib/domain/ssh-wire.ts";
import { ClientChannel } from "./client-channel.ts";
import { joinStreams } from "./join-streams.ts";
import { messageTypes, openFailures, sshMessage } from "./ssh-message.ts";
import type { SshTransport } from "./ssh-transport.ts";

/** Where a client wants to be connected to, inside the box. */
export type Destination = { kind: "tcp"; host: string; port: number } | { kind: "socket"; path: string };

export type GlobalRequest = { name: string; fields: SshReader };
/** `port` goes with the answer where the client let us choose one. */
export type GlobalAnswer = { isDone: boolean; port?: number };

export type SshChannelsInput = {
	transport: SshTransport;
	onSession: (channel: ClientChannel) => void;
	/** `signal` is aborted when the client has gone. Throws AppError with what to say. */
	connect: (destination: Destination, signal: AbortSignal) => Promise<Duplex>;
	onGlobalRequest: (request: GlobalRequest) => Promise<GlobalAnswer>;
	onTraffic: (bytes: number, direction: "in" | "out") => void;
};

type Entry =
	| { kind: "open"; channel: ClientChannel }
	/** The client waits for our answer. */
	| { kind: "connecting" }
	/** We wait for the client's. */
	| { kind: "asking"; window: number; answer: (channel: ClientChannel | null) => void };

export const channelsMax = 256;
const globalRequestsMax = 64;
const askTimeoutMs = 30_000;
/** What we take in one packet. */
const packetBytesMax = 32 * 1024;
const packetBytesMin = 128;
/** The first channels get a window for a long and fast way; a crowd of them must not hold our memory. */
const windows = { wideChannels: 16, wideBytes: 1024 * 1024, narrowBytes: 128 * 1024 } as const;

export class SshChannels {
	readonly #o: SshChannelsInput;
	readonly #entries = new Map<number, Entry>();
	readonly #ending = new AbortController();
	#nextId = 0;
	#takesSessions = true;
	#globalRequests = 0;
	#globalTurn: Promise<void> = Promise.resolve();

	constructor(o: SshChannelsInput) {
		this.#o = o;
	}

	/** Open channels. */
	get channels(): ClientChannel[] {
		return [...this.#entries.values()].flatMap((entry) => (entry.kind === "open" ? [entry.channel] : []));
	}

	receive(message: Uint8Array): void {
		const fields = new SshReader(message, 1);
		const type = message[0];
		if (type === messageTypes.channelOpen) this.#onOpen(fields);
		else if (type === messageTypes.globalRequest) this.#onGlobalRequest(fields);
		else if (type === messageTypes.channelOpenConfirmation) this.#onConfirmation(fields);
		else if (type === messageTypes.channelOpenFailure) this.#onFailure(fields);
		else if (type !== undefined && type >= messageTypes.channelWindowAdjust && type <= messageTypes.channelRequest)
			this.#onChannelMessage(type, fields);
		// Answers to requests of ours: that one came is enough, and the transport has seen it.
	}

	/** Has the client open a channel to itself: a forwarded connection or its agent. Null when it refuses or does not answer. */
	ask(type: string, ...fields: (string | number)[]): Promise<ClientChannel | null> {
		if (this.#ending.signal.aborted || this.#entries.size >= channelsMax) return Promise.resolve(null);
		const localId = this.#newId();
		const window = this.#receiveWindow();
		return new Promise((resolve) => {
			const answer = (channel: ClientChannel | null) => {
				clearTimeout(timer);
				resolve(channel);
			};
			const timer = setTimeout(() => {
				// Its number stays taken: a late answer must not meet another channel there.
				this.#entries.set(localId, { kind: "asking", window, answer: (late) => late?.finish() });
				resolve(null);
			}, askTimeoutMs);
			this.#entries.set(localId, { kind: "asking", window, answer });
			this.#o.transport.send(sshMessage(messageTypes.channelOpen, type, localId, window, packetBytesMax, ...fields));
		});
	}

	/** The connection is gone. */
	close(): void {
		this.#ending.abort();
		const entries = [...this.#entries.values()];
		this.#entries.clear();
		for (const entry of entries) {
			if (entry.kind === "open") entry.channel.lose();
			else if (entry.kind === "asking") entry.answer(null);
		}
	}

	#newId(): number {
		while (this.#entries.has(this.#nextId)) this.#nextId = (this.#nextId + 1) >>> 0;
		const id = this.#nextId;
		this.#nextId = (this.#nextId + 1) >>> 0;
		return id;
	}

	#receiveWindow(): number {
		return this.#entries.size < windows.wideChannels ? windows.wideBytes : windows.narrowBytes;
	}

	#onOpen(fields: SshReader): void {
		const type = fields.text();
		const remote = { id: fields.uint32(), window: fields.uint32(), packetBytes: fields.uint32() };
		const refuse = (code: number, text: string) =>
			this.#o.transport.send(sshMessage(messageTypes.channelOpenFailure, remote.id, code, text, ""));
		if (this.#entries.size >= channelsMax)
			return refuse(openFailures.resourceShortage, `${channelsMax} channels are open on this connection`);
		if (remote.packetBytes < packetBytesMin) return refuse(openFailures.resourceShortage, "packets are too small");
		if (type === "session") {
			if (!this.#takesSessions) return refuse(openFailures.prohibited, "no more sessions were announced");
			const channel = this.#open({ localId: this.#newId(), remote, confirm: true });
			this.#o.onSession(channel);
			return;
		}
		const destination = readDestination(type, fields);
		if (!destination) return refuse(openFailures.unknownType, "this kind of channel is not served");
		void this.#connect({ destination, remote, refuse });
	}

	async #connect(o: {
		destination: Destination;
		remote: Remote;
		refuse: (code: number, text: string) => void;
	}): Promise<void> {
		const localId = this.#newId();
		this.#entries.set(localId, { kind: "connecting" });
		try {
			const inside = await this.#o.connect(o.destination, this.#ending.signal);
			if (this.#ending.signal.aborted) inside.destroy();
			else joinStreams(this.#open({ localId, remote: o.remote, confirm: true }), inside);
		} catch (error) {
			this.#entries.delete(localId);
			o.refuse(openFailures.connectFailed, error instanceof AppError ? error.message : "it could not be reached");
		}
	}

	#open(o: { localId: number; remote: Remote; confirm: boolean; window?: number }): ClientChannel {
		const { transport, onTraffic } = this.#o;
		const { localId, remote } = o;
		this.#entries.delete(localId);
		const receiveWindow = o.window ?? this.#receiveWindow();
		const channel = new ClientChannel({
			transport,
			localId,
			remoteId: remote.id,
			receiveWindow,
			sendWindow: remote.window,
			packetBytesMax: Math.min(remote.packetBytes, packetBytesMax),
			onFree: () => this.#entries.delete(localId),
			onTraffic,
		});
		this.#entries.set(localId, { kind: "open", channel });
		if (o.confirm)
			transport.send(
				sshMessage(messageTypes.channelOpenConfirmation, remote.id, localId, receiveWindow, packetBytesMax),
			);
		return channel;
	}

	#onConfirmation(fields: SshReader): void {
		const localId = fields.uint32();
		const remote = { id: fields.uint32(), window: fields.uint32(), packetBytes: fields.uint32() };
		const entry = this.#entries.get(localId);
		if (entry?.kind !== "asking" || remote.packetBytes < packetBytesMin)
			throw new SshWireError("an answer came to a channel that was not asked for");
		entry.answer(this.#open({ localId, remote, confirm: false, window: entry.window }));
	}

	#onFailure(fields: SshReader): void {
		const localId = fields.uint32();
		const entry = this.#entries.get(localId);
		if (entry?.kind !== "asking") throw new SshWireError("a refusal came to a channel that was not asked for");
		this.#entries.delete(localId);
		entry.answer(null);
	}

	#onChannelMessage(type: number, fields: SshReader): void {
		const entry = this.#entries.get(fields.uint32());
		if (entry?.kind !== "open") throw new SshWireError("a message came for a channel that is not open");
		const { channel } = entry;
		if (type === messageTypes.channelData) channel.receive(fields.bytes());
		else if (type === messageTypes.channelExtendedData) {
			fields.uint32();
			throw new SshWireError("a client has no error stream");
		} else if (type === messageTypes.channelWindowAdjust) channel.grant(fields.uint32());
		else if (type === messageTypes.channelEof) channel.receiveEof();
		else if (type === messageTypes.channelClose) channel.receiveClose();
		else {
			const request = { type: fields.text(), wantsReply: fields.boolean() };
			channel.receiveRequest({ type: request.type, fields }, request.wantsReply);
		}
	}

	/** Answers go out in the order of the requests, as clients tell them apart by nothing else. */
	#onGlobalRequest(fields: SshReader): void {
		const name = fields.text();
		const wantsReply = fields.boolean();
		if (name === "no-more-sessions@openssh.com") this.#takesSessions = false;
		this.#globalRequests += 1;
		if (this.#globalRequests > globalRequestsMax) throw new SshWireError("too many requests wait for an answer");
		const answer = this.#o.onGlobalRequest({ name, fields });
		this.#globalTurn = this.#globalTurn.then(async () => {
			const { isDone, port } = await answer.catch((): GlobalAnswer => ({ isDone: false }));
			this.#globalRequests -= 1;
			if (!wantsReply) return;
			const type = isDone ? messageTypes.requestSuccess : messageTypes.requestFailure;
			this.#o.transport.send(port === undefined ? sshMessage(type) : sshMessage(type, port));
		});
	}
}

type Remote = { id: number; window: number; packetBytes: number };

function readDestination(type: string, fields: SshReader): Destination | null {
	if (type === "direct-tcpip") {
		const [host, port] = [fields.text(), fields.uint32()];
		return { kind: "tcp", host, port };
	}
	return type === "direct-streamlocal@openssh.com" ? { kind: "socket", path: fields.text() } : null;
}
