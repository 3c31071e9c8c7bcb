/** Somebody who is let in and then does not keep to the protocol: that connection ends, and nothing else does. */

import ssh2 from "ssh2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { type SshBox, startSshBox } from "../testing/ssh-box.ts";
import { openSshClient, type SshClient } from "../testing/ssh-client.ts";
import { startTestGateway, type TestGateway } from "../testing/test-gateway.ts";
import { channelsMax } from "./ssh-channels.ts";

type Protocol = {
	_handlers: Record<string, (protocol: Protocol, ...args: unknown[]) => void>;
	session(channel: number, window: number, packetSize: number): void;
	exec(channel: number, command: string, wantsReply: boolean): void;
	channelData(channel: number, data: Buffer): void;
	channelEOF(channel: number): void;
	channelClose(channel: number): void;
	channelWindowAdjust(channel: number, bytes: number): void;
};

type Hostile = { protocol: Protocol; isClosed: () => boolean; opened: number[]; refused: number[]; end: () => void };

let box: SshBox;
let gate: TestGateway;
let client: SshClient;

beforeAll(async () => {
	box = await startSshBox();
	gate = await startTestGateway({ openLinks: box.openLinks });
	const ann = await gate.addPerson();
	await gate.addDevbox(ann, { name: "work" });
	client = openSshClient({ port: gate.gateway.sshAddress?.port ?? 0 });
	const body = { public_key: client.publicKey };
	await gate.request("/api/v1/users/me/ssh-key", { as: ann, method: "PUT", body });
});

afterAll(async () => {
	client?.close();
	await gate?.close();
	await box?.close();
});

/** Logs in; messages about channels then go to `opened` and `refused` alone. */
async function logIn(): Promise<Hostile> {
	const connection = new ssh2.Client();
	let isClosed = false;
	connection.on("error", () => undefined);
	connection.on("close", () => {
		isClosed = true;
	});
	const privateKey = await client.run("cat", [client.keyFile]);
	await new Promise<void>((resolve, reject) => {
		connection.once("ready", resolve).once("error", reject);
		connection.connect({
			host: "127.0.0.1",
			port: gate.gateway.sshAddress?.port,
			username: "work",
			privateKey: privateKey.stdout,
		});
	});
	const { _protocol: protocol } = connection as unknown as { _protocol: Protocol };
	const opened: number[] = [];
	const refused: number[] = [];
	for (const name of Object.keys(protocol._handlers))
		if (name.startsWith("CHANNEL_")) protocol._handlers[name] = () => undefined;
	protocol._handlers.CHANNEL_OPEN_CONFIRMATION = (_protocol, info) => opened.push((info as { sender: number }).sender);
	protocol._handlers.CHANNEL_OPEN_FAILURE = (_protocol, id) => refused.push(id as number);
	return { protocol, isClosed: () => isClosed, opened, refused, end: () => connection.destroy() };
}

async function openChannel(hostile: Hostile, packetSize = 32_768): Promise<number> {
	const count = hostile.opened.length;
	hostile.protocol.session(count, 1_000_000, packetSize);
	await eventually("the channel", () => hostile.opened.length > count);
	return hostile.opened.at(-1) ?? 0;
}

test.each<[string, (hostile: Hostile, channel: number) => void]>([
	[
		"sends more than its window",
		({ protocol }, channel) => {
			protocol.exec(channel, "sleep 60", true);
			for (let sent = 0; sent < 2_000_000; sent += 32_000) protocol.channelData(channel, Buffer.alloc(32_000));
		},
	],
	[
		"sends before it has asked for a program, more than its window",
		({ protocol }, channel) => {
			for (let sent = 0; sent < 2_000_000; sent += 32_000) protocol.channelData(channel, Buffer.alloc(32_000));
		},
	],
	[
		"sends after its end",
		({ protocol }, channel) => {
			protocol.exec(channel, "cat", true);
			protocol.channelEOF(channel);
			protocol.channelData(channel, Buffer.from("more"));
		},
	],
	[
		"grants an impossible window",
		({ protocol }, channel) => {
			protocol.channelWindowAdjust(channel, 0xffff_ffff);
			protocol.channelWindowAdjust(channel, 0xffff_ffff);
		},
	],
	[
		"speaks of a channel that is not open",
		({ protocol }, channel) => protocol.channelData(channel + 1000, Buffer.from("x")),
	],
])("a client that %s is cut off", async (_name, act) => {
	const hostile = await logIn();
	act(hostile, await openChannel(hostile));
	await eventually("the end", hostile.isClosed);
	expect((await client.run("ssh", ["work@box", "echo fine"])).stdout.toString()).toBe("fine\n");
});

test("a packet size of nothing is refused, and the connection goes on", async () => {
	const hostile = await logIn();
	hostile.protocol.session(0, 1_000_000, 0);
	await eventually("the refusal", () => hostile.refused.length === 1);
	await openChannel(hostile);
	hostile.end();
});

test("channels have a bound, and one that is closed makes room", async () => {
	const hostile = await logIn();
	for (let n = 0; n < channelsMax + 3; n++) hostile.protocol.session(n, 1_000, 32_768);
	await eventually("all answers", () => hostile.opened.length + hostile.refused.length === channelsMax + 3);
	expect(hostile.opened.length).toBe(channelsMax);
	hostile.protocol.channelClose(hostile.opened[0] ?? 0);
	hostile.protocol.session(9_999, 1_000, 32_768);
	await eventually("room", () => hostile.opened.length === channelsMax + 1);
	hostile.end();
});
