import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ClientChannel } from "./client-channel.ts";
import { messageTypes } from "./ssh-message.ts";

/** A channel to a client that grants `sendWindow`; `sent` tells what went out, in order. */
function openChannel(sendWindow: number) {
	const sent: string[] = [];
	const names = new Map<number | undefined, string>(Object.entries(messageTypes).map(([name, type]) => [type, name]));
	const channel = new ClientChannel({
		transport: {
			isClosed: false,
			isFull: false,
			send: (message) => sent.push(names.get(message[0]) ?? "unknown"),
			sendData: ({ data, isStderr }) => sent.push(`${isStderr ? "stderr" : "stdout"} ${data.length}`),
			whenRoom: () => undefined,
		},
		localId: 0,
		remoteId: 0,
		receiveWindow: 1000,
		sendWindow,
		packetBytesMax: 1000,
		onFree: () => undefined,
		onTraffic: () => undefined,
	});
	const settle = async () => {
		for (let i = 0; i < 10; i += 1) await turn();
	};
	return { channel, sent, settle };
}

test("the end of stderr goes out to a slow client whose own input has ended", async () => {
	const { channel, sent, settle } = openChannel(100);
	channel.resume();
	channel.receiveEof();
	channel.stderr.write(Buffer.alloc(150));
	channel.stderr.write(Buffer.alloc(150));
	channel.sendExit({ code: 3, signal: null });
	channel.finish();
	await settle();
	expect(sent).toEqual(["stderr 100", "channelRequest"]);
	channel.grant(1000);
	await settle();
	expect(sent.slice(2)).toEqual(["stderr 50", "stderr 150", "channelEof", "channelClose"]);
	expect(channel.destroyed).toBe(true);
});

test("the end of stdout goes out just so", async () => {
	const { channel, sent, settle } = openChannel(100);
	channel.resume();
	channel.receiveEof();
	channel.write(Buffer.alloc(150));
	channel.finish();
	await settle();
	channel.grant(1000);
	await settle();
	expect(sent).toEqual(["stdout 100", "stdout 50", "channelEof", "channelClose"]);
	expect(channel.destroyed).toBe(true);
});

test.each(["receiveClose", "lose"] as const)("a client that goes (%s) keeps nobody waiting for it", async (goes) => {
	const { channel, settle } = openChannel(100);
	channel.resume();
	channel.receiveEof();
	channel.stderr.write(Buffer.alloc(150));
	channel.stderr.write(Buffer.alloc(150));
	channel.finish();
	await settle();
	channel[goes]();
	await settle();
	expect([channel.destroyed, channel.stderr.destroyed]).toEqual([true, true]);
});
