import { once } from "node:events";
import { type Duplex, Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { AppError } from "../domain/errors.ts";
import { EngineError } from "../engines/engine.ts";
import { linkLimits } from "./link-limits.ts";
import { type ExecEngine, openLink } from "./open-link.ts";
import { sshdMissingExitCode } from "./sshd-command.ts";
import { type HostileSession, rawBox, type SshBoxInput, sshBox } from "./testing/hostile-box.ts";

const open = (engine: ExecEngine, timeoutMs = 5_000) => openLink({ engine, instance: "box", user: "root", timeoutMs });

async function failureOf(work: Promise<unknown>): Promise<AppError> {
	const error = await work.then(
		() => null,
		(thrown: unknown) => thrown,
	);
	expect(error).toBeInstanceOf(AppError);
	return error as AppError;
}

/** A link to a box that lets us in and then acts up. */
async function openHostile(o: Partial<SshBoxInput> = {}) {
	const session = Promise.withResolvers<HostileSession>();
	const link = await open(sshBox({ act: session.resolve, ...o }));
	return { link, ...(await session.promise) };
}

/** The link must close by itself, soon. */
async function closes(link: { closed: Promise<void>; isOpen: boolean }): Promise<void> {
	await Promise.race([link.closed, delay(5_000)]);
	expect(link.isOpen).toBe(false);
}

/** Writes for as long as the other side takes it. */
async function flood(stream: Duplex, chunk: Buffer): Promise<void> {
	while (!stream.destroyed)
		if (!stream.write(chunk)) await Promise.race([once(stream, "drain"), once(stream, "close")]);
}

test("a box that closes at once is told as a refusal that says what to check", async () => {
	const error = await failureOf(open(rawBox({ serve: (stream) => stream.end() })));
	expect(error.code).toBe("unavailable");
	expect(error.message).toContain("openssh-server");
});

test("a box without sshd is told how to get one", async () => {
	const engine = rawBox({ serve: (stream) => stream.end(), exit: { code: sshdMissingExitCode, signal: null } });
	expect((await failureOf(open(engine))).message).toContain("apt-get install openssh-server");
});

test("what a box says on stderr stays out of the message and loses its control characters", async () => {
	const engine = rawBox({ serve: (stream) => stream.end(), stderr: `\u001b]0;owned\u0007${"x".repeat(100_000)}` });
	const error = await failureOf(open(engine));
	expect(error.message).not.toContain("owned");
	expect((error.cause as Error).message).toMatch(/^\\u001b]0;owned\\u0007x+$/);
	expect((error.cause as Error).message.length).toBeLessThan(3_000);
});

test("a box that writes errors without end is not read on, and its link works", async () => {
	let read = 0;
	const stderr = new Readable({
		read() {
			read += 64 * 1024;
			setImmediate(() => this.push(Buffer.alloc(64 * 1024, "error ")));
		},
	});
	const inner = sshBox({ act: () => undefined, onExec: (server, remote) => server.exitStatus(remote, 0) });
	const link = await open({ exec: async (o) => ({ ...(await inner.exec(o)), stderr }) });
	for (let times = 0; times < 100; times++) await delay(1);
	expect(read).toBeLessThan(1024 * 1024);
	expect(link.isOpen).toBe(true);
	link.close();
	stderr.destroy();
});

test("an engine that cannot reach the box is told in its own words", async () => {
	const engine: ExecEngine = { exec: () => Promise.reject(new EngineError("not_found", "no such instance")) };
	expect((await failureOf(open(engine))).message).toBe("The devbox is not on its host any more.");
});

test("an engine that never answers ends at the deadline, and a stream that comes too late is killed", async () => {
	const late = Promise.withResolvers<Awaited<ReturnType<ExecEngine["exec"]>>>();
	const error = await failureOf(open({ exec: () => late.promise }, 50));
	expect(error.code).toBe("timeout");
	const stream = await rawBox({ serve: () => undefined }).exec({ name: "box", command: [] });
	late.resolve(stream);
	await expect(stream.exit).resolves.toBeDefined();
});

test("garbage instead of SSH closes the link", async () => {
	const engine = rawBox({ serve: (stream) => void flood(stream, Buffer.alloc(4096, 0xa5)) });
	expect((await failureOf(open(engine))).code).toBe("unavailable");
});

test("an endless greeting is cut off, not collected", async () => {
	const engine = rawBox({ serve: (stream) => void flood(stream, Buffer.from(`${"hello ".repeat(100)}\r\n`)) });
	const error = await failureOf(open(engine));
	expect(error.code).toBe("unavailable");
});

test("a key exchange that never ends is ended by the deadline", async () => {
	const engine = rawBox({ serve: (stream) => void stream.write("SSH-2.0-OpenSSH_9.2\r\n") });
	expect((await failureOf(open(engine, 100))).code).toBe("timeout");
});

test("a huge login banner closes the link", async () => {
	const engine = sshBox({ act: () => undefined, banner: "x".repeat(8 * 1024 * 1024) });
	expect((await failureOf(open(engine))).code).toBe("unavailable");
});

test("a box that refuses our key is told as such", async () => {
	const error = await failureOf(open(sshBox({ act: () => undefined, refuse: true })));
	expect(error.message).toContain("usermod -p");
});

test("data past the granted window closes the link with no more than the window in memory", async () => {
	const { link, protocol, command } = await openHostile();
	const channel = await link.open({ command: "cat" });
	const remote = await command;
	const chunk = Buffer.alloc(32 * 1024);
	for (let sent = 0; sent < 64 * 1024 * 1024 && link.isOpen; sent += chunk.length) {
		protocol.channelData(remote, chunk);
		if (sent % (1024 * 1024) === 0) await delay(0);
	}
	await closes(link);
	expect(channel.stdio.readableLength).toBeLessThanOrEqual(linkLimits.channelWindowBytes);
	expect((await failureOf(channel.exit)).code).toBe("unavailable");
});

test("a box that ignores the close of a channel gets no more room to send in it", async () => {
	let granted = 0;
	const { link, protocol, command } = await openHostile();
	protocol._handlers.CHANNEL_WINDOW_ADJUST = () => {
		granted += 1;
	};
	const channel = await link.open({ command: "cat" });
	const remote = await command;
	channel.close();
	for (let sent = 0; sent < linkLimits.channelWindowBytes; sent += 32 * 1024) {
		protocol.channelData(remote, Buffer.alloc(32 * 1024));
		await delay(1);
	}
	expect(link.isOpen).toBe(true);
	expect(granted).toBe(0);
	protocol.channelData(remote, Buffer.alloc(1));
	await closes(link);
});

test("data after the end of a channel closes the link and does not bring us down", async () => {
	const { link } = await openHostile({
		onExec: (server, remote) => {
			server.channelEOF(remote);
			server.channelData(remote, Buffer.from("boo"));
			server.channelSuccess(remote);
		},
	});
	await failureOf(link.open({ command: "true" }).then((channel) => channel.exit));
	await closes(link);
});

test.each([
	["a packet size of zero", { packetSize: 0 }],
	["an endless window", { window: 0xffffffff }],
])("%s closes the link instead of hanging us", async (_name, limits) => {
	const { link } = await openHostile(limits);
	await failureOf(link.open({ command: "cat" }));
	await closes(link);
});

test("a window that grows without end closes the link", async () => {
	const { link, protocol, command } = await openHostile();
	await link.open({ command: "cat" });
	const remote = await command;
	for (let times = 0; times < 8; times++) protocol.channelWindowAdjust(remote, 0x7fffffff);
	await closes(link);
});

test.each([256, 4294967295])("exit status %i is an error, never a made-up status", async (code) => {
	const { link, protocol, command } = await openHostile();
	const channel = await link.open({ command: "true" });
	protocol.exitStatus(await command, code);
	expect((await failureOf(channel.exit)).message).toContain("exit status");
	link.close();
});

test("a signal name with control characters never leaves the link", async () => {
	const { link, protocol, command } = await openHostile();
	const channel = await link.open({ command: "true" });
	const remote = await command;
	protocol.exitSignal(remote, "TERM", false, "\u001b[2J");
	await expect(channel.exit).resolves.toEqual({ code: null, signal: "SIGTERM" });
	const other = await openHostile();
	const second = await other.link.open({ command: "true" });
	const { _protocol } = other.connection as unknown as { _protocol: { exitSignal: (...args: unknown[]) => void } };
	// ssh2's server half sends known names alone, so the packet's name is changed on its way out.
	const { _cipher: cipher } = _protocol as unknown as { _cipher: { encrypt: (packet: Buffer) => void } };
	const encrypt = cipher.encrypt.bind(cipher);
	cipher.encrypt = (packet) => {
		const at = packet.indexOf("TERM");
		if (at > 0) packet.write("T\u001b[m", at, "latin1");
		encrypt(packet);
	};
	_protocol.exitSignal(await other.command, "TERM", false, "");
	expect((await failureOf(second.exit)).code).toBe("unavailable");
	link.close();
	other.link.close();
});

test("every channel that the box opens unasked is refused", async () => {
	const { link, protocol } = await openHostile();
	const refused: number[] = [];
	protocol._handlers.CHANNEL_OPEN_FAILURE = (_protocol, id) => void refused.push(id);
	protocol.x11(1, 1 << 20, 1 << 15, { originAddr: "::1", originPort: 1 });
	protocol.forwardedTcpip(2, 1 << 20, 1 << 15, { boundAddr: "h", boundPort: 1, remoteAddr: "h", remotePort: 1 });
	protocol.openssh_authAgent(3, 1 << 20, 1 << 15);
	protocol.openssh_forwardedStreamLocal(4, 1 << 20, 1 << 15, { socketPath: "__proto__" });
	protocol.openssh_forwardedStreamLocal(5, 1 << 20, 1 << 15, { socketPath: "/run/devbox/control.sock" });
	await expect.poll(() => refused.length).toBe(5);
	expect(link.channels).toBe(0);
	link.close();
});

test("a port that the box grants after its time leads nowhere", async () => {
	const { link, protocol, connection } = await openHostile();
	const refused: number[] = [];
	protocol._handlers.CHANNEL_OPEN_FAILURE = (_protocol, id) => void refused.push(id);
	const patience = new AbortController();
	const requested = once(connection, "request");
	const onConnection = (stream: Duplex) => stream.destroy(new Error("it came through"));
	const listening = failureOf(link.listenTcp({ port: 0, onConnection, signal: patience.signal }));
	const [grant] = (await requested) as [(port: number) => void];
	patience.abort();
	await listening;
	const takenBack = once(connection, "request");
	grant(40_000);
	expect((await takenBack)[2]).toBe("cancel-tcpip-forward");
	const from = { remoteAddr: "h", remotePort: 1 };
	protocol.forwardedTcpip(1, 1 << 20, 1 << 15, { boundAddr: "localhost", boundPort: 40_000, ...from });
	await expect.poll(() => refused).toEqual([1]);
	link.close();
});

test("a flood of requests closes the link before it costs much", async () => {
	const { link, protocol } = await openHostile();
	for (let sent = 0; sent < 100_000 && link.isOpen; sent++) {
		protocol.ping();
		if (sent % 100 === 0) await delay(0);
	}
	await closes(link);
});

test("a box that wants new keys all the time is let go", async () => {
	const { link, connection } = await openHostile();
	connection.on("rekey", () => connection.rekey());
	connection.rekey();
	await closes(link);
});

test("a box that does not read is let go before what waits for it grows without bound", async () => {
	const { link, connection, command } = await openHostile({ window: linkLimits.peerWindowBytesMax });
	const channels = await Promise.all(Array.from({ length: 8 }, () => link.open({ command: "cat" })));
	await command;
	const { _sock: socket } = connection as unknown as { _sock: Duplex };
	socket.pause();
	let accepted = 0;
	for (const channel of channels) {
		while (channel.stdio.write(Buffer.alloc(64 * 1024)) && accepted < 1 << 30) accepted += 64 * 1024;
	}
	await delay(50);
	expect(accepted).toBeLessThan(linkLimits.outboundBytesMax);
	link.close();
	await closes(link);
});

test("a request that the box never answers ends by its caller's deadline, and the link lives on", async () => {
	const { link } = await openHostile({ onExec: () => undefined });
	const error = await failureOf(link.run({ command: "true", timeoutMs: 50 }));
	expect(error.code).toBe("timeout");
	expect(link.isOpen).toBe(true);
	link.close();
});

test("more channels than one box may have are refused with a message", async () => {
	const { link } = await openHostile();
	await Promise.all(Array.from({ length: linkLimits.channelsMax }, () => link.open({ command: "sleep" })));
	expect((await failureOf(link.open({ command: "one more" }))).code).toBe("rate_limited");
	link.close();
});
