/** A started command as the port's BoxChannel: its streams, and an exit that is what the box reported or an error, never a guess. */
import type { BoxChannel } from "../domain/box-link.ts";
import { AppError } from "../domain/errors.ts";
import { ChannelStream } from "./channel-stream.ts";
import { linkLost, printable } from "./link-errors.ts";
import type { LinkStream } from "./link-stream.ts";
import type { Ssh2Guard, SshChannel } from "./ssh2-guard.ts";

type Exit = { code: number | null; signal: string | null };

/** Must be called in the very turn in which ssh2 hands the channel over: its exit may be in the same packet burst. */
export function boxChannel(o: {
	channel: SshChannel;
	guard: Ssh2Guard;
	stream: LinkStream;
	cause: () => unknown;
}): BoxChannel {
	const { channel } = o;
	const lost = () => linkLost(o.cause());
	const stdio = new ChannelStream({ channel, guard: o.guard, stream: o.stream, lost });
	return {
		stdio,
		stderr: stdio.stderr,
		exit: watchExit({ channel, stream: o.stream, lost }),
		resize: ({ cols, rows }) => channel.setWindow(dimension(rows), dimension(cols), 0, 0),
		signal(name) {
			if (!/^[A-Za-z0-9]{1,16}$/.test(name)) throw new TypeError("a signal name is letters and digits");
			try {
				channel.signal(name);
			} catch (cause) {
				throw new AppError({ code: "invalid", message: `${printable(name)} is no signal that SSH knows.`, cause });
			}
		},
		close: () => void stdio.destroy(),
	};
}

function dimension(value: number): number {
	if (!Number.isInteger(value) || value < 1 || value > 10_000)
		throw new RangeError("a terminal has 1 to 10,000 rows and columns");
	return value;
}

function watchExit(o: { channel: SshChannel; stream: LinkStream; lost: () => Error }): Promise<Exit> {
	const exit = new Promise<Exit>((resolve, reject) => {
		const lose = () => reject(o.lost());
		o.stream.once("close", lose);
		o.channel.once("exit", (code: unknown, signal: unknown) => {
			const read = readExit(code, signal);
			if (read) resolve(read);
			else reject(impossibleExit(code, signal));
		});
		o.channel.once("close", () => {
			o.stream.off("close", lose);
			// Without effect after an exit.
			lose();
		});
	});
	// A caller that only wants the streams must not bring the process down with an unhandled rejection.
	exit.catch(() => undefined);
	return exit;
}

/** SSH carries 32 bits; a process has eight. ssh2 puts SIG before the name that the box gave. */
function readExit(code: unknown, signal: unknown): Exit | null {
	if (typeof code === "number" && Number.isInteger(code) && code >= 0 && code <= 255) return { code, signal: null };
	if (code === null && typeof signal === "string" && /^SIG[A-Z][A-Z0-9]{1,15}$/.test(signal))
		return { code: null, signal };
	return null;
}

function impossibleExit(code: unknown, signal: unknown): AppError {
	return new AppError({
		code: "unavailable",
		message: "The devbox reported an exit status that no process can have. Its SSH server may have been replaced.",
		cause: new Error(printable(`${String(code)} ${String(signal)}`, 100)),
	});
}
