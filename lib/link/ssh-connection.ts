/** The SSH connection under a link: ssh2's client over the exec's stream, under guard, and what is known of its end. */
import ssh2, { type Client } from "ssh2";
import type { BoxUser } from "../domain/box-link.ts";
import type { SecretText } from "../domain/secret-text.ts";
import type { ExecStream } from "../engines/engine.ts";
import { linkLimits } from "./link-limits.ts";
import { LinkStream } from "./link-stream.ts";
import { guardSsh2, type Ssh2Guard } from "./ssh2-guard.ts";

export type SshConnection = {
	client: Client;
	stream: LinkStream;
	guard: Ssh2Guard;
	ready: Promise<void>;
	closed: Promise<void>;
	/** First trouble seen, for the log. */
	cause: () => unknown;
	end: (cause?: unknown) => void;
	/** What the process left, waiting at most 500 ms for it. */
	remains: () => Promise<{ exitCode: number | null; stderr: Buffer }>;
};

const stderrBytesMax = 4096;

export function connectSsh(o: {
	exec: ExecStream;
	user: BoxUser;
	privateKey: SecretText;
	forwards: boolean;
}): SshConnection {
	const stream = new LinkStream({ inner: o.exec.stdio });
	stream.setMaxListeners(0);
	const client = new ssh2.Client();
	let cause: unknown;
	const note = (error: unknown) => {
		cause ??= error;
	};
	const stderr = firstBytes(o.exec, stderrBytesMax);
	const { promise: ready, resolve: becomeReady, reject } = Promise.withResolvers<void>();
	const { promise: closed, resolve: becomeClosed } = Promise.withResolvers<void>();
	const end = (error?: unknown) => {
		note(error);
		if (!stream.destroyed) stream.destroy();
		o.exec.kill();
	};
	client.once("ready", () => {
		stream.authenticated();
		becomeReady();
	});
	client.on("error", end);
	stream.on("error", note);
	stream.on("close", () => {
		end();
		reject(cause ?? new Error("the connection was closed"));
		becomeClosed();
	});
	ready.catch(() => undefined);
	const exitCode = o.exec.exit.then(
		({ code }) => code,
		(error: unknown) => {
			note(error);
			return null;
		},
	);
	client.connect({ ...clientSettings, sock: stream, username: o.user, privateKey: o.privateKey.reveal() });
	return {
		client,
		stream,
		guard: guardSsh2({
			client,
			stream,
			serverChannelsMax: o.forwards ? linkLimits.forwardedChannelsMax : linkLimits.serverChannelsMax,
		}),
		ready,
		closed,
		cause: () => cause,
		end,
		remains: async () => ({ exitCode: await within(exitCode, 500), stderr: stderr() }),
	};
}

const clientSettings = {
	// The whole opening has a deadline of ours.
	readyTimeout: 0,
	keepaliveInterval: linkLimits.keepaliveIntervalMs,
	keepaliveCountMax: linkLimits.keepalivesMissedMax,
	strictVendor: false,
	authHandler: ["publickey" as const],
	algorithms: {
		kex: ["curve25519-sha256" as const],
		serverHostKey: ["ssh-ed25519" as const],
		cipher: ["aes128-gcm@openssh.com" as const],
		compress: ["none" as const],
	},
};

function firstBytes(exec: ExecStream, bytesMax: number): () => Buffer {
	let kept = Buffer.alloc(0);
	exec.stderr.on("data", (chunk: Buffer) => {
		if (kept.length < bytesMax) kept = Buffer.concat([kept, chunk.subarray(0, bytesMax - kept.length)]);
		// An honest sshd is quiet. Whoever writes without end waits from here on, instead of keeping us busy.
		else exec.stderr.pause();
	});
	// What breaks stderr breaks the exec as well, which says so itself.
	exec.stderr.on("error", () => undefined);
	return () => kept;
}

async function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
	const { promise, resolve } = Promise.withResolvers<null>();
	const timer = setTimeout(() => resolve(null), ms);
	try {
		return await Promise.race([work, promise]);
	} finally {
		clearTimeout(timer);
	}
}
