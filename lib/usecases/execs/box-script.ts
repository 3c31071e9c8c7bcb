/**
 * How the scripts of in-box/ get to run in a box: a few characters of perl on the command line read the script itself from standard
 * input, and after it comes what the script is asked. So nothing that a user gives is ever read by a shell, shows in an argument
 * list, or meets the kernel's bound on one argument.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { ExecInput, ExecRecord } from "../../domain/exec.ts";

export type BoxScript = {
	/** For the user's shell, whichever that is: no quote, backslash or exclamation mark within the single quotes. */
	command: string;
	/** First on standard input. */
	source: Buffer;
};

const bootstrap = `my $n=shift;my $s="";while(length $s<$n){sysread(STDIN,$s,$n-length $s,length $s)||exit 1}eval $s;die $@ if $@`;

export const attachedScript = boxScript("attached.pl");
export const detachedScript = boxScript("detached.pl");
/** Under the supervisor: see in-box/detached.pl. */
export const loaderSource = readScript("loader.pl");

/** The first bytes that a script writes: what comes before is a shell's start-up file that talks. */
export const scriptMarker = Buffer.from("\0\0devbox-exec\0\0", "latin1");

function boxScript(name: string): BoxScript {
	const source = Buffer.from(readScript(name));
	return { command: `exec /usr/bin/perl -e '${bootstrap}' ${source.length}`, source };
}

/** Comments are for those who read the source: each run sends the rest. */
function readScript(name: string): string {
	return ["prelude.pl", name]
		.map((file) => readFileSync(path.join(import.meta.dirname, "in-box", file), "utf8").replace(/^\s*#.*\n/gm, ""))
		.join("");
}

type Item = string | number | Buffer;

/** Strings, each behind its length. */
export function encodeItems(items: readonly Item[]): Buffer {
	return Buffer.concat(
		items.flatMap((item) => {
			const bytes = Buffer.isBuffer(item) ? item : Buffer.from(String(item));
			return [lengthOf(bytes.length), bytes];
		}),
	);
}

/** The same behind the length of all of it: what a script reads after itself. */
export function encodeList(items: readonly Item[]): Buffer {
	const bytes = encodeItems(items);
	return Buffer.concat([lengthOf(bytes.length), bytes]);
}

function lengthOf(bytes: number): Buffer {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(bytes);
	return length;
}

/** What to run, as `take_program` of in-box/prelude.pl reads it. */
export function programItems({ argv, script, cwd }: ExecRecord, { env }: ExecInput): Item[] {
	const variables = Object.entries(env).map(([name, value]) => `${name}=${value.reveal()}`);
	const kind = script === null ? "argv" : "script";
	const words = script === null ? (argv ?? []) : [script];
	return [cwd ?? "", variables.length, ...variables, kind, words.length, ...words];
}
