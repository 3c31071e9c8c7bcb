/**
 * What a hostile root puts in place of /usr/sbin/sshd: runs inside a box, lets the gateway in, and then acts as its first argument
 * says. What it learnt of us and what came of its attempts goes, a JSON line each, to the file in HOSTILE_NOTES.
 *
 * - `reach`: asks for every kind of channel and forward towards the gateway's side, uses the control socket that it was offered for
 *   more than that is for, and answers commands with lies.
 * - `flood-within`: endless output, as fast as the client's window allows.
 * - `flood-past`: endless output that ignores the window.
 */
import { appendFileSync, readdirSync, readlinkSync } from "node:fs";
import { type HostileSession, sshBox } from "../../lib/link/testing/hostile-box.ts";

/** ssh2's protocol object as this file uses it: both halves, on the server's side. */
type Protocol = {
	_server: boolean;
	_handlers: Record<string, (protocol: Protocol, ...args: never[]) => void>;
	session(local: number, window: number, packet: number): void;
	directTcpip(local: number, window: number, packet: number, to: unknown): void;
	openssh_directStreamLocal(local: number, window: number, packet: number, to: unknown): void;
	tcpipForward(address: string, port: number, wantsReply: boolean): void;
	openssh_streamLocalForward(path: string, wantsReply: boolean): void;
	x11(local: number, window: number, packet: number, from: unknown): void;
	forwardedTcpip(local: number, window: number, packet: number, from: unknown): void;
	openssh_authAgent(local: number, window: number, packet: number): void;
	openssh_forwardedStreamLocal(local: number, window: number, packet: number, from: { socketPath: string }): void;
	channelData(remote: number, data: Buffer): void;
	channelSuccess(remote: number): void;
	channelEOF(remote: number): void;
	channelClose(remote: number): void;
	exitStatus(remote: number, code: number): void;
};

type Listening = {
	on(event: "request", act: (accept: () => void, reject: () => void, name: string, info: unknown) => void): void;
};

const windowBytes = 1 << 20;
const packetBytes = 1 << 15;
const controlChannels = 40;
const [mode = ""] = process.argv.slice(2);
const notesFile = process.env.HOSTILE_NOTES ?? "/dev/null";

function note(kind: string, what: unknown): void {
	appendFileSync(notesFile, `${JSON.stringify({ mode, kind, what })}\n`);
}

function noteSurroundings(): void {
	const files = readdirSync("/proc/self/fd").map((fd) => {
		try {
			return readlinkSync(`/proc/self/fd/${fd}`);
		} catch {
			return "closed meanwhile";
		}
	});
	note("surroundings", { argv: process.argv, env: process.env, files });
}

/** The client's channel numbers, by ours. */
const remotes: number[] = [];

function act(session: HostileSession): void {
	const protocol = session.protocol as unknown as Protocol;
	noteRequests(protocol);
	if (mode !== "reach") return;
	const channels = openChannels(protocol);
	askForwards(protocol);
	(session.connection as unknown as Listening).on("request", (accept, reject, name, info) => {
		note("forward asked of us", { name, info });
		if (name !== "streamlocal-forward@openssh.com") return reject();
		accept();
		abuseControlSocket(protocol, { channels, path: (info as { socketPath: string }).socketPath });
	});
}

/** All that the client asks for on its channels. A terminal is promised, so that its client goes on to say what it wants to run. */
function noteRequests(protocol: Protocol): void {
	const { CHANNEL_OPEN: opened, CHANNEL_REQUEST: requested } = protocol._handlers;
	protocol._handlers.CHANNEL_OPEN = (p, ...args) => {
		remotes.push((args[0] as unknown as { sender: number }).sender);
		opened?.(p, ...args);
	};
	protocol._handlers.CHANNEL_REQUEST = (p, ...args) => {
		const [local, type, , data] = args as unknown as [number, string, boolean, unknown];
		note("request", { type, data });
		if (type === "pty-req") protocol.channelSuccess(remotes[local] ?? 0);
		requested?.(p, ...args);
	};
}

type Attempts = {
	onData: Map<number, (data: Buffer) => void>;
	onOpen: Map<number, (remote: number) => void>;
	next: number;
};

/** Channels of every kind, to everything worth having on the other side. */
function openChannels(protocol: Protocol): Attempts {
	const attempts: Attempts = { onData: new Map(), onOpen: new Map(), next: 1_000 };
	const names = new Map<number, string>();
	protocol._handlers.CHANNEL_OPEN_CONFIRMATION = (_p, ...args) => {
		const { recipient, sender } = args[0] as unknown as { recipient: number; sender: number };
		const name = names.get(recipient);
		if (name) note("channel", { name, outcome: "open" });
		attempts.onOpen.get(recipient)?.(sender);
	};
	protocol._handlers.CHANNEL_OPEN_FAILURE = (_p, ...args) => {
		const recipient = args[0] as unknown as number;
		note("channel", { name: names.get(recipient) ?? "control socket", outcome: "refused" });
	};
	protocol._handlers.CHANNEL_DATA = (_p, ...args) => {
		const [local, data] = args as unknown as [number, Buffer];
		attempts.onData.get(local)?.(data);
	};
	const ask = (name: string, open: (local: number) => void): void => {
		const local = attempts.next++;
		names.set(local, name);
		open(local);
	};
	const from = { boundAddr: "127.0.0.1", boundPort: 22, remoteAddr: "127.0.0.1", remotePort: 5432 };
	const tcp = { srcIP: "127.0.0.1", srcPort: 1, dstIP: "127.0.0.1", dstPort: 5432 };
	const socket = { socketPath: "/var/lib/lxd/unix.socket" };
	ask("x11", (n) => protocol.x11(n, windowBytes, packetBytes, { originAddr: "127.0.0.1", originPort: 1 }));
	ask("agent", (n) => protocol.openssh_authAgent(n, windowBytes, packetBytes));
	ask("forwarded tcp", (n) => protocol.forwardedTcpip(n, windowBytes, packetBytes, from));
	ask("forwarded socket", (n) => protocol.openssh_forwardedStreamLocal(n, windowBytes, packetBytes, socket));
	asClient(protocol, () => {
		ask("session", (n) => protocol.session(n, windowBytes, packetBytes));
		ask("tcp", (n) => protocol.directTcpip(n, windowBytes, packetBytes, tcp));
		ask("socket", (n) => protocol.openssh_directStreamLocal(n, windowBytes, packetBytes, socket));
	});
	return attempts;
}

function askForwards(protocol: Protocol): void {
	const asked = ["tcp port", "socket"];
	for (const outcome of ["SUCCESS", "FAILURE"] as const) {
		protocol._handlers[`REQUEST_${outcome}`] = () =>
			note("forward", { name: asked.shift(), outcome: outcome === "SUCCESS" ? "open" : "refused" });
	}
	asClient(protocol, () => {
		protocol.tcpipForward("0.0.0.0", 2222, true);
		protocol.openssh_streamLocalForward("/tmp/hostile.sock", true);
	});
}

/** ssh2 lets a server send what clients alone may send only when it does not know that it is one. */
function asClient(protocol: Protocol, send: () => void): void {
	protocol._server = false;
	send();
	protocol._server = true;
}

const askedOfControl = [
	"GET /v1/identity HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n",
	"GET /api/v1/devboxes HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n",
	"GET http://127.0.0.1:3000/api/v1/devboxes HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
	"CONNECT 127.0.0.1:5432 HTTP/1.1\r\nHost: 127.0.0.1:5432\r\n\r\n",
	"GET /v1/../../../etc/shadow HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n",
];

/** Far more connections than it may have; the first say something, the others hang. */
function abuseControlSocket(protocol: Protocol, o: { channels: Attempts; path: string }): void {
	for (let n = 0; n < controlChannels; n++) {
		const local = o.channels.next++;
		const question = askedOfControl[n];
		o.channels.onOpen.set(local, (remote) => {
			note("channel", { name: "control socket", outcome: "open" });
			if (question) protocol.channelData(remote, Buffer.from(question));
		});
		o.channels.onData.set(local, (data) => note("control", { question, answer: data.toString("latin1") }));
		protocol.openssh_forwardedStreamLocal(local, windowBytes, packetBytes, { socketPath: o.path });
	}
}

const lies = [
	'LISTEN 0 1 0.0.0.0:99999 0.0.0.0:* users:(("too-high",pid=1,fd=1))',
	'LISTEN 0 1 127.0.0.1:80 0.0.0.0:* users:(("honest",pid=1,fd=1))',
	"\u001b]0;owned\u0007",
].join("\n");

/** Two megabytes, of which the gateway may keep a quarter of one. */
const endless = Buffer.from("LISTEN 0 1 10.0.0.1:70 0.0.0.0:*\n".repeat(64 * 1024));

function lie(protocol: Protocol, remote: number): void {
	protocol.channelSuccess(remote);
	protocol.channelData(remote, Buffer.from(`${lies}\n`));
	// What fits the window that a client grants.
	for (let at = 0; at < 400 * 1024; at += packetBytes)
		protocol.channelData(remote, endless.subarray(at, at + packetBytes));
	protocol.exitStatus(remote, 0);
	protocol.channelEOF(remote);
	protocol.channelClose(remote);
}

const noise = Buffer.alloc(packetBytes - 1024, "flood ");

/** As much as the client's window takes, again whenever it grants more. */
function floodWithin(protocol: Protocol, remote: number): void {
	const local = remotes.lastIndexOf(remote);
	const { CHANNEL_WINDOW_ADJUST: others } = protocol._handlers;
	let window = 512 * 1024;
	const send = () => {
		while (window >= noise.length) {
			window -= noise.length;
			protocol.channelData(remote, noise);
		}
	};
	protocol._handlers.CHANNEL_WINDOW_ADJUST = (p, ...args) => {
		const [channel, bytes] = args as unknown as [number, number];
		if (channel !== local) return others?.(p, ...args);
		window += bytes;
		send();
	};
	send();
}

function floodPast(protocol: Protocol, remote: number): void {
	protocol.channelData(remote, noise);
	setImmediate(() => floodPast(protocol, remote));
}

noteSurroundings();
const engine = sshBox({
	act,
	onExec: (sender, remote) => {
		const protocol = sender as unknown as Protocol;
		if (mode === "reach") return lie(protocol, remote);
		protocol.channelSuccess(remote);
		if (mode === "flood-within") floodWithin(protocol, remote);
		else floodPast(protocol, remote);
	},
});
const { stdio } = await engine.exec({ name: "self", command: [] });
stdio.on("close", () => process.exit(0));
process.stdin.pipe(stdio).pipe(process.stdout);
