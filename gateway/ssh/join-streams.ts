/** Ties a client's channel to a connection in the box: each side's end is passed on by itself, and what one drops the other loses. */
import type { Duplex } from "node:stream";
import type { ClientChannel } from "./client-channel.ts";

/** How long the box may take the last bytes of a client that has gone. */
const lastBytesMs = 10_000;

export function joinStreams(channel: ClientChannel, inside: Duplex): void {
	channel.stderr.end();
	channel.pipe(inside);
	inside.pipe(channel);
	inside.on("error", () => inside.destroy());
	inside.once("close", () => channel.finish());
	channel.once("close", () => {
		if (inside.destroyed) return;
		const late = setTimeout(() => inside.destroy(), lastBytesMs);
		inside.once("close", () => clearTimeout(late));
		inside.once("finish", () => inside.destroy());
		inside.resume();
		inside.end();
	});
}
