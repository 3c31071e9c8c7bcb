/**
 * The one place that knows ssh2's internals (pinned at 1.17). Its client trusts the server in ways that we cannot, because the
 * server is a program in a box that its user may have replaced:
 *
 * - data past the granted window is taken and kept, without bound, once the window has gone below zero;
 * - data after EOF raises an `error` event on a channel that may have no listener yet, which would end our process;
 * - a maximum packet size of 0 makes the next write loop for ever;
 * - a granted window has no upper bound, and neither has what waits during a key exchange that never ends;
 * - forwarded sockets are matched with a plain object, so that a box may open "__proto__";
 * - host key announcements make it parse and verify keys for nobody.
 *
 * So the handlers for these messages are replaced by strict ones, and reading is credited when a reader of ours took the bytes,
 * not when they arrived. A breach destroys the stream with a LinkViolation.
 */
import { createSecretKey, type KeyObject } from "node:crypto";
import { type Duplex, Readable } from "node:stream";
import type { Client } from "ssh2";
import { linkLimits } from "./link-limits.ts";
import { type LinkStream, LinkViolation } from "./link-stream.ts";

type Flow = { id: number; window: number; packetSize: number; state: string };

/** A session or forwarded channel: a Duplex whose flow control we do. An SFTP channel is an EventEmitter and does its own. */
export type SshChannel = Duplex & {
	stderr: Readable;
	incoming: Flow;
	outgoing: Flow;
	close(): void;
	setWindow(rows: number, cols: number, height: number, width: number): void;
	signal(name: string): void;
};

type ChannelOpenInfo = { recipient: number; sender: number; window: number; packetSize: number };
type ServerOpenInfo = ChannelOpenInfo & {
	type: string;
	data: { socketPath?: unknown; destIP?: unknown; destPort?: unknown; srcIP?: unknown; srcPort?: unknown } | undefined;
};

type Handlers = {
	CHANNEL_DATA(protocol: Protocol, id: number, data: Buffer): void;
	CHANNEL_EXTENDED_DATA(protocol: Protocol, id: number, data: Buffer, type: number): void;
	CHANNEL_OPEN(protocol: Protocol, info: ServerOpenInfo): void;
	CHANNEL_OPEN_CONFIRMATION(protocol: Protocol, info: ChannelOpenInfo): void;
	CHANNEL_WINDOW_ADJUST(protocol: Protocol, id: number, bytes: number): void;
	GLOBAL_REQUEST(protocol: Protocol, name: string, wantsReply: boolean): void;
};

type Protocol = {
	_handlers: Handlers;
	/** Made anew by each key exchange; those of ssh2's own JavaScript hold the raw key. */
	_cipher?: { _encKey?: Buffer | KeyObject };
	_decipher?: { _decipherKey?: Buffer | KeyObject };
	session(channel: number, window: number, packetSize: number): void;
	directTcpip(channel: number, window: number, packetSize: number, cfg: unknown): void;
	openssh_directStreamLocal(channel: number, window: number, packetSize: number, cfg: unknown): void;
	channelOpenConfirm(remote: number, local: number, window: number, packetSize: number): void;
	channelOpenFail(remote: number, reason: number, description: string): void;
	channelWindowAdjust(remote: number, bytes: number): void;
	requestFailure(): void;
};

type Channels = { get(id: number): unknown; _count: number };

type Internals = { _protocol: Protocol; _chanMgr: Channels; _agent?: object; _forwardingUnix: Record<string, true> };

type Breach = (what: string) => void;

export type Ssh2Guard = {
	/** Tells the box that a reader took so many bytes of this channel. */
	consumed(channel: SshChannel, bytes: number): void;
	/** Counts bytes given to ssh2 for sending, which may wait there for the end of a key exchange. */
	sent(bytes: number): void;
	/** Lets the box open channels for this, until the answered function is called. Nothing else may it open. */
	allow(origin: ChannelOrigin, onChannel: (channel: SshChannel, from: ChannelSource) => void): () => void;
	/** Channels open or being opened. */
	readonly channels: number;
};

/** What a channel that the box opens comes from: a listener of ours in it, or a program that wants the SSH agent. */
export type ChannelOrigin =
	| { kind: "socket"; path: string }
	| { kind: "tcp"; host: string; port: number }
	| { kind: "agent" };
/** Who connected in the box; of use with TCP alone. */
export type ChannelSource = { host: string; port: number };

/** RFC 4254, sections 5.1 and 5.2. */
const administrativelyProhibited = 1;
const extendedDataStderr = 1;

export function guardSsh2(o: { client: Client; stream: LinkStream; serverChannelsMax: number }): Ssh2Guard {
	const { _protocol: protocol, _chanMgr: channels } = o.client as unknown as Internals;
	const handlers = protocol?._handlers;
	if (!handlers?.CHANNEL_DATA || !handlers.CHANNEL_OPEN_CONFIRMATION || typeof channels?._count !== "number") {
		throw new Error("this version of ssh2 is not the one that the link knows");
	}
	const breach: Breach = (what) => o.stream.destroy(new LinkViolation(what));

	announceWindow(protocol);
	guardData({ handlers, channels, stream: o.stream, breach });
	guardFlow({ handlers, channels, stream: o.stream, breach });
	handlers.GLOBAL_REQUEST = (_protocol, _name, wantsReply) => {
		if (wantsReply) protocol.requestFailure();
	};
	o.client.on("handshake", countRekeys({ stream: o.stream, breach }));
	o.client.on("handshake", () => importKeys(protocol));
	return {
		consumed(channel, bytes) {
			if (channel.incoming.state !== "open" || channel.outgoing.state === "closed" || o.stream.destroyed) return;
			channel.incoming.window += bytes;
			protocol.channelWindowAdjust(channel.outgoing.id, bytes);
		},
		sent: guardOutbound({ stream: o.stream, breach }),
		allow: guardServerChannels({ ...o, protocol }),
		get channels() {
			return channels._count;
		},
	};
}

/** ssh2 makes a cipher for every packet, and Node 24 spends four times as long on one whose key it must import first (25 and 6 µs). */
function importKeys({ _cipher: cipher, _decipher: decipher }: Protocol): void {
	if (Buffer.isBuffer(cipher?._encKey)) cipher._encKey = createSecretKey(cipher._encKey);
	if (Buffer.isBuffer(decipher?._decipherKey)) decipher._decipherKey = createSecretKey(decipher._decipherKey);
}

/** ssh2 takes channels for unix sockets that it knows; under this name it gets every one that we allow. */
const allowedSocket = "devbox";

/** Refuses every channel that the box opens, but those for what was asked for, up to a number. */
function guardServerChannels(o: {
	client: Client;
	protocol: Protocol;
	stream: LinkStream;
	serverChannelsMax: number;
}): Ssh2Guard["allow"] {
	const { _handlers: handlers } = o.protocol;
	const internals = o.client as unknown as Internals;
	const { CHANNEL_OPEN: openChannel } = handlers;
	const opened = new Set<SshChannel>();
	const allowed = new Map<string, (channel: SshChannel, from: ChannelSource) => void>();
	let opening: ((channel: SshChannel) => void) | null = null;
	handlers.CHANNEL_OPEN = (protocol, info) => {
		const origin = originOf(info);
		const onChannel = origin && allowed.get(keyOf(origin));
		for (const channel of opened) if (channel.incoming.state === "closed") opened.delete(channel);
		if (!onChannel || !isSaneFlow(info) || opened.size >= o.serverChannelsMax) {
			protocol.channelOpenFail(info.sender, administrativelyProhibited, "");
			return;
		}
		opening = (channel) => onChannel(channel, sourceOf(info));
		internals._forwardingUnix[allowedSocket] = true;
		openChannel(protocol, {
			...info,
			type: "forwarded-streamlocal@openssh.com",
			data: { socketPath: allowedSocket },
		});
		opening = null;
	};
	o.client.on("unix connection", (_info, accept) => {
		const channel = accept() as unknown as SshChannel;
		channel.incoming.window = linkLimits.channelWindowBytes;
		opened.add(channel);
		o.stream.credit(linkLimits.requestCreditBytes);
		opening?.(channel);
	});
	return (origin, onChannel) => {
		// ssh2 asks for an agent's channel only when it has an agent of its own, which it then never speaks to.
		if (origin.kind === "agent") internals._agent ??= {};
		allowed.set(keyOf(origin), onChannel);
		return () => allowed.delete(keyOf(origin));
	};
}

/** Null for kinds that nobody asks for. */
function originOf({ type, data }: ServerOpenInfo): ChannelOrigin | null {
	if (type === "auth-agent@openssh.com") return { kind: "agent" };
	if (type === "forwarded-streamlocal@openssh.com" && typeof data?.socketPath === "string")
		return { kind: "socket", path: data.socketPath };
	if (type === "forwarded-tcpip" && typeof data?.destIP === "string" && typeof data.destPort === "number")
		return { kind: "tcp", host: data.destIP, port: data.destPort };
	return null;
}

function keyOf(origin: ChannelOrigin): string {
	return JSON.stringify(origin.kind === "tcp" ? [origin.kind, origin.host, origin.port] : origin);
}

/** As the box says; its word is not to be believed. */
function sourceOf({ data }: ServerOpenInfo): ChannelSource {
	const { srcIP, srcPort } = data ?? {};
	const isAddress = typeof srcIP === "string" && /^[0-9a-f.:]{2,45}$/i.test(srcIP);
	return { host: isAddress ? srcIP : "127.0.0.1", port: typeof srcPort === "number" ? srcPort & 0xffff : 0 };
}

/** ssh2 announces 2 MiB per channel; a reader that stalls should hold less. */
function announceWindow(protocol: Protocol): void {
	const { session, directTcpip, openssh_directStreamLocal: directSocket, channelOpenConfirm } = protocol;
	const window = linkLimits.channelWindowBytes;
	protocol.session = (channel, _window, packetSize) => session.call(protocol, channel, window, packetSize);
	protocol.directTcpip = (channel, _window, packetSize, cfg) =>
		directTcpip.call(protocol, channel, window, packetSize, cfg);
	protocol.openssh_directStreamLocal = (channel, _window, packetSize, cfg) =>
		directSocket.call(protocol, channel, window, packetSize, cfg);
	protocol.channelOpenConfirm = (remote, local, _window, packetSize) =>
		channelOpenConfirm.call(protocol, remote, local, window, packetSize);
}

type GuardInput = { handlers: Handlers; channels: Channels; stream: LinkStream; breach: Breach };

function guardData(o: GuardInput): void {
	o.handlers.CHANNEL_DATA = (protocol, id, data) => {
		const channel = o.channels.get(id);
		if (isStreamChannel(channel)) takeData({ ...o, channel, target: channel, data });
		else if (isFileChannel(channel)) takeFileData({ protocol, channel, data, stream: o.stream });
		// Else we have not opened it, or not yet: that counts as chatter.
	};
	o.handlers.CHANNEL_EXTENDED_DATA = (_protocol, id, data, type) => {
		const channel = o.channels.get(id);
		if (type === extendedDataStderr && isStreamChannel(channel)) {
			takeData({ ...o, channel, target: channel.stderr, data });
		}
	};
}

function takeData(o: GuardInput & { channel: SshChannel; target: Readable; data: Buffer }): void {
	const { channel, target, data } = o;
	// ssh2 parses on to the end of what it was given when the breach came.
	if (o.stream.destroyed) return;
	if (channel.incoming.state !== "open") {
		o.breach("the box sent data after the end of a channel");
	} else if (data.length > channel.incoming.window) {
		o.breach("the box sent more data than a channel may take");
	} else {
		channel.incoming.window -= data.length;
		o.stream.credit(data.length);
		if (!target.destroyed) target.push(data);
	}
}

/** Bytes of file channels that the box has sent and was not yet credited. */
const owedBytes = new WeakMap<FileChannel, number>();

/** ssh2's file client parses what comes at once and keeps nothing, so its data is credited as it arrives, in portions. */
function takeFileData(o: { protocol: Protocol; channel: FileChannel; data: Buffer; stream: LinkStream }): void {
	const { channel, data } = o;
	if (channel.incoming.state !== "open") return;
	o.stream.credit(data.length);
	channel.push(data);
	const owed = (owedBytes.get(channel) ?? 0) + data.length;
	const isDue = owed >= linkLimits.channelWindowBytes / 4;
	owedBytes.set(channel, isDue ? 0 : owed);
	if (isDue) o.protocol.channelWindowAdjust(channel.outgoing.id, owed);
}

function guardFlow(o: GuardInput): void {
	const { CHANNEL_OPEN_CONFIRMATION: confirmed, CHANNEL_WINDOW_ADJUST: adjusted } = o.handlers;
	o.handlers.CHANNEL_OPEN_CONFIRMATION = (protocol, info) => {
		if (!isSaneFlow(info)) return o.breach("the box opened a channel with impossible limits");
		const isOpening = typeof o.channels.get(info.recipient) === "function";
		confirmed(protocol, info);
		const channel = o.channels.get(info.recipient);
		// ssh2 has set a figure of its own; nothing can have been received in between.
		if (isOpening && isStreamChannel(channel)) channel.incoming.window = linkLimits.channelWindowBytes;
	};
	o.handlers.CHANNEL_WINDOW_ADJUST = (protocol, id, bytes) => {
		const channel = o.channels.get(id);
		if (!isStreamChannel(channel) && !isFileChannel(channel)) return;
		if (channel.outgoing.window + bytes > linkLimits.peerWindowBytesMax) {
			return o.breach("the box granted an impossible window");
		}
		// What follows from sending of ours; tiny grants would be a way to keep us busy.
		if (bytes >= linkLimits.peerPacketBytesMin) o.stream.credit(0);
		adjusted(protocol, id, bytes);
	};
}

function isSaneFlow(info: { window: number; packetSize: number }): boolean {
	return info.window <= linkLimits.peerWindowBytesMax && info.packetSize >= linkLimits.peerPacketBytesMin;
}

function isStreamChannel(channel: unknown): channel is SshChannel {
	return channel instanceof Readable;
}

type FileChannel = { incoming: Flow; outgoing: Flow; push(data: Buffer): void };

function isFileChannel(channel: unknown): channel is FileChannel {
	return typeof channel === "object" && channel !== null && !(channel instanceof Readable) && "push" in channel;
}

/** During a key exchange ssh2 queues packets in memory; what was given to it and has not come out below is that queue. */
function guardOutbound(o: { stream: LinkStream; breach: Breach }): (bytes: number) => void {
	let given = 0;
	let floor = 0;
	return (bytes) => {
		given += bytes;
		const left = o.stream.outBytes + o.stream.writableLength;
		// Packets carry more than their data, so the difference only ever shrinks by itself: measure from the lowest point.
		if (given - left < floor) floor = given - left;
		if (given - left - floor > linkLimits.outboundBytesMax || o.stream.writableLength > linkLimits.outboundBytesMax) {
			o.breach("the box does not take what is sent to it");
		}
	};
}

function countRekeys(o: { stream: LinkStream; breach: Breach }): () => void {
	let exchanges = 0;
	return () => {
		exchanges += 1;
		if (exchanges > 1 + linkLimits.rekeysMax + o.stream.inBytes / linkLimits.rekeyPerBytes) {
			o.breach("the box asks for new keys all the time");
		}
	};
}
