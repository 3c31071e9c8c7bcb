/**
 * git as this server itself runs it: unprivileged, with no configuration but what stands here, no hooks, no redirects, one host that
 * it may connect to, at addresses that were checked before. A credential goes by its environment, which is our own user's alone,
 * never by an argument.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { AppError } from "../domain/errors.ts";
import type { SecretText } from "../domain/secret-text.ts";
import type { AddressGuard } from "../net/address-guard.ts";

/** One line of git's configuration: the key and its value. */
export type GitSetting = readonly [key: string, value: string];

export type GitEnd = { code: number | null; stdout: string; stderr: string };

type GitCommand = {
	args: readonly string[];
	settings?: readonly GitSetting[];
	/** What it reads on standard input; nothing when left out. */
	stdin?: string;
	/** Largest file that it may write; a pack is one file. */
	fileBytesMax?: number;
	timeoutMs: number;
	signal?: AbortSignal;
	/** What it says on standard error, as it comes. */
	onStderr?: (text: string) => void;
};

const silenceSecondsMax = 60;
const stdoutBytesMax = 1024 * 1024;
const stderrBytesMax = 16 * 1024;
/** Unit of the shell's `ulimit -f`. */
const blockBytes = 512;

const always: readonly GitSetting[] = [
	["protocol.allow", "never"],
	["core.hooksPath", "/dev/null"],
	["core.fsmonitor", "false"],
	["core.askPass", ""],
	["credential.helper", ""],
	["gc.auto", "0"],
	["maintenance.auto", "false"],
	["fetch.unpackLimit", "1"],
	["submodule.recurse", "false"],
];

/** Every variable that git gets. */
export function gitEnvironment(settings: readonly GitSetting[]): Record<string, string> {
	const all = [...always, ...settings];
	return {
		PATH: process.env.PATH ?? "/usr/bin:/bin",
		HOME: "/nonexistent",
		LC_ALL: "C",
		GIT_CONFIG_NOSYSTEM: "1",
		GIT_CONFIG_GLOBAL: "/dev/null",
		GIT_ATTR_NOSYSTEM: "1",
		GIT_TERMINAL_PROMPT: "0",
		GIT_CONFIG_COUNT: String(all.length),
		...Object.fromEntries(
			all.flatMap(([key, value], index) => [
				[`GIT_CONFIG_KEY_${index}`, key],
				[`GIT_CONFIG_VALUE_${index}`, value],
			]),
		),
	};
}

/**
 * What git needs to fetch from `url`, and from nowhere else: the name is resolved here, each of its addresses is checked, and curl
 * connects to those and asks no resolver again. Throws AppError `invalid` for a closed address, `unavailable` for a name without one.
 */
export async function remoteSettings(o: {
	url: string;
	token: SecretText;
	guard: AddressGuard;
	/** How long less than 1 kB a second is borne. */
	silenceSecondsMax?: number;
}): Promise<GitSetting[]> {
	const { protocol, origin, hostname, port } = new URL(o.url);
	if (protocol !== "https:" && protocol !== "http:") throw new TypeError("git fetches over http alone");
	o.guard.requireHost(hostname);
	const scheme = protocol.slice(0, -1);
	const credential = Buffer.from(`x-access-token:${o.token.reveal()}`).toString("base64");
	return [
		[`protocol.${scheme}.allow`, "always"],
		["http.followRedirects", "false"],
		["http.proxy", ""],
		["http.lowSpeedLimit", "1000"],
		["http.lowSpeedTime", String(o.silenceSecondsMax ?? silenceSecondsMax)],
		["http.curloptResolve", await pinnedAddress({ hostname, port: port || defaultPorts[protocol], guard: o.guard })],
		[`http.${origin}/.extraHeader`, `Authorization: Basic ${credential}`],
	];
}

const defaultPorts = { "https:": "443", "http:": "80" } as const;

/** A literal address needs no pin: an empty value clears the list. */
async function pinnedAddress(o: { hostname: string; port: string; guard: AddressGuard }): Promise<string> {
	if (/^\[|^[\d.]+$/.test(o.hostname)) return "";
	const addresses = await new Promise<{ address: string; family: number }[]>((resolve, reject) => {
		o.guard.lookup(o.hostname, { all: true }, (error, found) => {
			if (error) reject(error);
			else resolve(Array.isArray(found) ? found : []);
		});
	}).catch((error: unknown) => {
		throw error instanceof AppError ? error : unresolved(o.hostname, error);
	});
	if (addresses.length === 0) throw unresolved(o.hostname, null);
	const list = addresses.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
	return `${o.hostname}:${o.port}:${list.join(",")}`;
}

function unresolved(host: string, cause: unknown): AppError {
	return new AppError({ code: "unavailable", message: `${host} has no address right now. Try again later.`, cause });
}

/** With stdin and stdout as pipes, in a process group of its own, so that `killGit` ends its children as well. */
export function spawnGit(o: Pick<GitCommand, "args" | "settings" | "fileBytesMax">): ChildProcess {
	const command =
		o.fileBytesMax === undefined
			? ["git", ...o.args]
			: ["/bin/sh", "-c", 'ulimit -f "$1" && shift && exec git "$@"', "sh", blocks(o.fileBytesMax), ...o.args];
	const [program = "git", ...args] = command;
	return spawn(program, args, {
		cwd: "/",
		env: gitEnvironment(o.settings ?? []) as NodeJS.ProcessEnv,
		stdio: ["pipe", "pipe", "pipe"],
		detached: true,
	});
}

const blocks = (bytes: number) => String(Math.ceil(bytes / blockBytes));

export function killGit(child: ChildProcess): void {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	try {
		process.kill(-child.pid, "SIGKILL");
	} catch (error) {
		// It ended in this moment.
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}

/** To its end. Throws AppError `timeout` past `timeoutMs`, `unavailable` where git is missing, and the signal's reason. */
export async function runGit(o: GitCommand): Promise<GitEnd> {
	o.signal?.throwIfAborted();
	const child = spawnGit(o);
	// One that ended before it had read all says so by its exit.
	child.stdin?.on("error", () => undefined).end(o.stdin);
	const stdout = keepText(child.stdout, stdoutBytesMax);
	const stderr = keepText(child.stderr, stderrBytesMax, o.onStderr);
	const deadline = AbortSignal.timeout(o.timeoutMs);
	const signal = o.signal ? AbortSignal.any([o.signal, deadline]) : deadline;
	const kill = () => killGit(child);
	signal.addEventListener("abort", kill, { once: true });
	try {
		const code = await new Promise<number | null>((resolve, reject) => {
			child.once("error", reject);
			child.once("close", resolve);
		}).catch((cause: unknown) => {
			throw new AppError({ code: "unavailable", message: "git is not installed on this server.", cause });
		});
		o.signal?.throwIfAborted();
		if (deadline.aborted) throw tooSlow(o.timeoutMs);
		return { code, stdout: stdout(), stderr: stderr() };
	} finally {
		signal.removeEventListener("abort", kill);
	}
}

function tooSlow(timeoutMs: number): AppError {
	return new AppError({
		code: "timeout",
		message: `It took longer than ${Math.round(timeoutMs / 1000)} s. Try again, or ask for less of it (depth).`,
	});
}

/** Keeps the end, where the cause stands. */
function keepText(stream: NodeJS.ReadableStream | null, bytesMax: number, on?: (text: string) => void): () => string {
	let kept = "";
	stream?.setEncoding("utf8");
	stream?.on("data", (chunk: string) => {
		kept = (kept + chunk).slice(-bytesMax);
		on?.(chunk);
	});
	return () => kept;
}
