/**
 * SSH's transport for one client: ssh2's server does versions, key exchange and encryption, and everything above, from user
 * authentication on, is ours. This is the one place that knows the internals of ssh2's server (pinned at 1.17). Its own upper half
 * is made for clients that behave: it keeps data past the window without bound, loops for ever at a packet size of 0, never
 * looks at its socket's backpressure, closes a channel with the first end of stream, forgets the terminal's modes, loses what
 * arrives before a command runs, and takes SHA-1 signatures.
 */
import type { Socket } from "node:net";
import ssh2, { type Connection } from "ssh2";
import { disconnectCodes, messageTypes, sshMessage } from "./ssh-message.ts";

type Protocol = {
	/** What a decrypted packet is given to; read when keys are taken into use. */
	_onPayload(payload: Buffer): unknown;
	/** Not undefined from the first message of a key exchange to its last; what is sent meanwhile waits in `_queue`. */
	_kexinit: unknown;
	_queue: Buffer[] | undefined;
	_strictMode: boolean | undefined;
	_kex: { sessionID: Buffer } | undefined;
	_cipher: { encrypt(packet: Buffer): void };
	_packetRW: { write: { allocStart: number; alloc(bytes: number): Buffer; finalize(packet: Buffer): Buffer } };
	channelData(channel: number, data: Uint8Array): void;
	channelExtData(channel: number, data: Uint8Array, type: number): void;
};

type Internals = { _protocol: Protocol; _sock: Socket };

export type TransportOwner = {
	/** A message of user authentication or above; its bytes may be kept. What it throws ends the connection. */
	onMessage(message: Buffer): void;
	/** Once, whoever ended it. */
	onClose(): void;
};

const stderrType = 1;
/** How long the last words may take to be sent. */
const goodbyeMs = 2_000;
/** Key exchanges that a client may ask for: these, one more for every so many bytes and every so many seconds. */
const rekeys = { free: 8, perBytes: 64 * 1024 * 1024, perMs: 10_000 } as const;
const rekeyMsMax = 20_000;

/** AES in GCM is first: OpenSSH's own favourite, ChaCha20, costs us much more, and so it is not offered. */
const algorithms = {
	kex: [
		"curve25519-sha256" as const,
		"curve25519-sha256@libssh.org" as const,
		"ecdh-sha2-nistp256" as const,
		"ecdh-sha2-nistp384" as const,
	],
	serverHostKey: ["ssh-ed25519" as const],
	cipher: [
		"aes128-gcm@openssh.com" as const,
		"aes256-gcm@openssh.com" as const,
		"aes128-ctr" as const,
		"aes256-ctr" as const,
	],
	hmac: [
		"hmac-sha2-256-etm@openssh.com" as const,
		"hmac-sha2-512-etm@openssh.com" as const,
		"hmac-sha2-256" as const,
		"hmac-sha2-512" as const,
	],
	compress: ["none" as const],
};

/** `accept` takes a fresh socket; a transport comes out when the client has said its version. */
export function createTransports(o: { hostKey: string; onTransport: (transport: SshTransport) => void }): {
	accept(socket: Socket): void;
} {
	const server = new ssh2.Server({ hostKeys: [o.hostKey], ident: "Devbox", algorithms }, (connection) =>
		o.onTransport(new SshTransport(connection)),
	);
	return { accept: (socket) => server.injectSocket(socket) };
}

export class SshTransport {
	readonly socket: Socket;
	readonly #protocol: Protocol;
	readonly #waiting: (() => void)[] = [];
	readonly #openedAt = performance.now();
	#owner: TransportOwner | null = null;
	#isClosed = false;
	#rekeys = 0;
	#keyingSince: number | null = null;

	constructor(connection: Connection) {
		const { _protocol: protocol, _sock: socket } = connection as unknown as Internals;
		if (typeof protocol?._onPayload !== "function" || typeof protocol.channelData !== "function" || !socket)
			throw new Error("this version of ssh2 is not the one that the SSH gateway knows");
		this.#protocol = protocol;
		this.socket = socket;
		const transportMessage = protocol._onPayload;
		protocol._onPayload = (payload) => {
			if (payload.length === 0 || (payload[0] ?? 0) < messageTypes.userauthRequest)
				return transportMessage.call(protocol, payload);
			return this.#receive(payload);
		};
		// Broken packets and broken sockets: ssh2 ends the socket, and `close` follows.
		connection.on("error", () => this.destroy());
		connection.on("handshake", () => this.#onKeys());
		socket.on("drain", () => this.#makeRoom());
		socket.once("end", () => this.#close());
		socket.once("close", () => this.#close());
	}

	start(owner: TransportOwner): void {
		this.#owner = owner;
		if (this.#isClosed) owner.onClose();
	}

	/** What signatures of a login are bound to. Only after the key exchange. */
	get sessionId(): Buffer {
		if (!this.#protocol._kex) throw new Error("there was no key exchange yet");
		return this.#protocol._kex.sessionID;
	}

	/** Whether packets may neither be left out nor put in before encryption began (the client offered strict key exchange). */
	get isStrict(): boolean {
		return this.#protocol._strictMode === true;
	}

	get isClosed(): boolean {
		return this.#isClosed;
	}

	/** Bytes that wait to be taken by the client. */
	get pendingBytes(): number {
		return this.socket.writableLength;
	}

	/** Whoever has much to send waits: the client is behind, or keys are being changed. */
	get isFull(): boolean {
		return this.socket.writableNeedDrain || this.#protocol._kexinit !== undefined;
	}

	/** Calls back once there is room; never for a transport that has closed. */
	whenRoom(action: () => void): void {
		this.#waiting.push(action);
	}

	send(message: Buffer): void {
		if (this.#isClosed) return;
		const protocol = this.#protocol;
		const { write } = protocol._packetRW;
		const packet = write.alloc(message.length);
		packet.set(message, write.allocStart);
		const whole = write.finalize(packet);
		if (protocol._kexinit === undefined) {
			protocol._cipher.encrypt(whole);
			return;
		}
		protocol._queue ??= [];
		protocol._queue.push(whole);
	}

	/** At most one packet of data: the caller keeps to the client's limits. */
	sendData(o: { channel: number; data: Uint8Array; isStderr: boolean }): void {
		if (this.#isClosed) return;
		if (o.isStderr) this.#protocol.channelExtData(o.channel, o.data, stderrType);
		else this.#protocol.channelData(o.channel, o.data);
	}

	/** Says why, in words that ssh shows to the person, and hangs up. */
	disconnect(text: string, code: number = disconnectCodes.byApplication): void {
		if (this.#isClosed) return;
		this.send(sshMessage(messageTypes.disconnect, code, text, ""));
		this.#close();
		this.socket.end();
		const late = setTimeout(() => this.socket.destroy(), goodbyeMs);
		this.socket.once("close", () => clearTimeout(late));
	}

	destroy(): void {
		this.#close();
		this.socket.destroy();
	}

	/** False for a client that has begun a key exchange and does not end it. */
	isKeepingUp(now: number): boolean {
		if (this.#protocol._kexinit === undefined) this.#keyingSince = null;
		else this.#keyingSince ??= now;
		return this.#keyingSince === null || now - this.#keyingSince < rekeyMsMax;
	}

	#receive(message: Buffer): void {
		if (this.#isClosed) return;
		try {
			this.#owner?.onMessage(message);
		} catch (error) {
			if (!(error instanceof Error)) throw error;
			this.disconnect(`Protocol error: ${error.message}.`, disconnectCodes.protocolError);
		}
	}

	#onKeys(): void {
		this.#rekeys += 1;
		const allowed =
			1 +
			rekeys.free +
			this.socket.bytesRead / rekeys.perBytes +
			this.socket.bytesWritten / rekeys.perBytes +
			(performance.now() - this.#openedAt) / rekeys.perMs;
		if (this.#rekeys > allowed) this.disconnect("New keys were asked for too often.", disconnectCodes.protocolError);
		this.#makeRoom();
	}

	#makeRoom(): void {
		for (let count = this.#waiting.length; count > 0 && !this.isFull && !this.#isClosed; count--)
			this.#waiting.shift()?.();
	}

	#close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#waiting.length = 0;
		this.#owner?.onClose();
	}
}
