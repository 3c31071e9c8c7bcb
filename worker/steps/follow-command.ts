/** A command in a box that may take long: its output as it comes, a deadline that ends all of its process group, and its exit. */
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { BoxChannel, BoxLink, BoxUser } from "../../lib/domain/box-link.ts";
import { raceSignal } from "../runner/watch-step.ts";
import { shellWord } from "./shell-word.ts";

export type GetLink = (user: BoxUser) => Promise<BoxLink>;

type Followed = {
	getLink: GetLink;
	/** What the box's user runs: a program and its arguments, with the variables of /run/devbox/env. */
	argv: readonly string[];
	/** Names the process group for whoever has to end it later: `startCommand` writes it, `endLeftover` reads it. */
	pidFile: string;
	timeoutMs: number;
	signal: AbortSignal;
	onStdout: (chunk: Buffer) => void;
	onStderr: (chunk: Buffer) => void;
	/** Speaks with the command over its standard input and output, which `onStdout` then does not see. */
	converse?: (stdio: Duplex) => Promise<unknown>;
};

export type FollowedEnd = { isTimedOut: boolean; code: number | null; signal: string | null };

const runtime = "/usr/lib/devbox";
const killTimeoutMs = 10_000;
/** How long output may go on after the process itself has ended, because a child in the background holds its pipe. */
const lingerMs = 500;

// sshd starts each command as leader of a session and group of its own, which `exec` leaves as it is. The start time (field 22) tells
// this process from a later one with its number.
const startCommand = (input: string) => `
started() { shift 19; echo "$1"; }
pid_file=$1
shift
stat=$(cat /proc/$$/stat)
echo "$$ $(started \${stat##*) })" >"$pid_file" || exit 125
exec ${runtime}/env-exec "$@" ${input}`;

const endCommand = `
read -r pid started <"$1" || exit 0
case $pid in '' | *[!0-9]* | 0 | 1) exit 0 ;; esac
stat=$(cat "/proc/$pid/stat" 2>/dev/null) || exit 0
set -f
set -- \${stat##*) }
shift 19
[ "$1" = "$started" ] || exit 0
kill -KILL -- "-$pid" 2>/dev/null
pkill -KILL -s "$pid" 2>/dev/null
exit 0`;

/** Rejects when the link broke or `signal` was aborted: what runs in the box then goes on, until `endLeftover`. */
export async function followCommand(o: Followed): Promise<FollowedEnd> {
	const link = await o.getLink("devbox");
	const start = startCommand(o.converse ? "" : "</dev/null");
	const channel = await link.open({ command: commandLine(start, [o.pidFile, ...o.argv]), signal: o.signal });
	const timers = new AbortController();
	const after = (ms: number) => delay(ms, null, { signal: timers.signal });
	try {
		const output = watchOutput(channel, o);
		if (!o.converse) channel.stdio.end();
		// The command's own end tells what became of it; a conversation that broke off shows there.
		else o.converse(channel.stdio).catch(() => channel.stdio.end());
		const end = await Promise.race([raceSignal(channel.exit, o.signal), after(o.timeoutMs)]);
		if (end) {
			await Promise.race([output, after(lingerMs)]);
			return { isTimedOut: false, ...end };
		}
		await endLeftover(o);
		await Promise.race([output, after(lingerMs)]);
		return { isTimedOut: true, code: null, signal: null };
	} finally {
		timers.abort();
		channel.close();
	}
}

/** Kills the process group that an earlier `followCommand` left, as root: commands may have become root themselves. None is success. */
export async function endLeftover(o: { getLink: GetLink; pidFile: string; signal: AbortSignal }): Promise<void> {
	const root = await o.getLink("root");
	const command = `[ ! -s ${shellWord(o.pidFile)} ] || ${commandLine(endCommand, [o.pidFile])}`;
	await root.run({ command, timeoutMs: killTimeoutMs, signal: o.signal });
}

function watchOutput(channel: BoxChannel, o: Pick<Followed, "onStdout" | "onStderr" | "converse">): Promise<unknown> {
	const ended = (stream: BoxChannel["stderr"] | BoxChannel["stdio"], on: (chunk: Buffer) => void) =>
		new Promise<void>((resolve) => {
			stream.on("data", on);
			stream.once("end", () => resolve());
			stream.once("close", () => resolve());
			// The error itself reaches the caller as the rejection of `exit`.
			stream.once("error", () => resolve());
		});
	if (o.converse) return ended(channel.stderr, o.onStderr);
	return Promise.all([ended(channel.stdio, o.onStdout), ended(channel.stderr, o.onStderr)]);
}

/** One command line that runs the script with these arguments, whatever is in them. */
export function commandLine(script: string, args: readonly string[]): string {
	return ["exec", "/bin/sh", "-c", shellWord(script), "sh", ...args.map(shellWord)].join(" ");
}
