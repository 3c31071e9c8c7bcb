/**
 * A host's egress filter: an instance of `builtin:base` with a leg on the fence, made when the first box needs it and told what to enforce
 * over the engine's exec. All that it knows it is told whole each time, so that whoever tells it last is right; an older state than the
 * one in force is refused by the filter itself.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { FilterState, HarmlessChange } from "../domain/filter-state.ts";
import { type Engine, EngineError, type ExecStream } from "../engines/engine.ts";
import { filterFiles } from "./filter-files.ts";

export const filterInstance = "egress-filter";

const startTimeoutMs = 60_000;
const applyTimeoutMs = 30_000;
const limits = { vcpus: 2, memoryMib: 512, diskGib: 2 } as const;

/**
 * Find-or-create, and on. `image`: a reference of builtin:base that is on the host. `mayRenew`: one that was made from another image is made
 * anew, so that its programs are as new as the boxes', and what it carried ends; for one caller at a time, since who saw the old one late
 * would take away the new one. Answers whether it had to be started, and what it is made from.
 */
export async function ensureFilter(o: {
	engine: Engine;
	installId: string;
	image: string;
	mayRenew: boolean;
	signal?: AbortSignal;
}): Promise<{ isStarted: boolean; madeFrom: string | null }> {
	const { engine, image } = o;
	const signal = bounded(o.signal, startTimeoutMs);
	const found = await engine.inspect({ name: filterInstance, signal }).catch((error: unknown) => {
		if (error instanceof EngineError && error.code === "not_found") return null;
		throw error;
	});
	const isOutdated = o.mayRenew && found !== null && found.madeFrom !== image;
	if (found?.status === "running" && !isOutdated) return { isStarted: false, madeFrom: found.madeFrom };
	if (isOutdated) await engine.destroy({ name: filterInstance, signal });
	const isMade = found === null || isOutdated;
	if (isMade) {
		await engine.create({
			name: filterInstance,
			// It is no box: the sweep of boxes that nobody knows does not see it.
			labels: { installId: o.installId, devboxId: "" },
			source: { kind: "image", image },
			limits,
			network: { kind: "filter" },
			signal,
		});
	}
	await engine.start({ name: filterInstance, signal });
	return { isStarted: true, madeFrom: isMade ? image : found.madeFrom };
}

const source = readFileSync(path.join(import.meta.dirname, "in-filter/apply.pl"), "utf8").replace(/^\s*#.*\n/gm, "");
const bootstrap = `my $n=shift;my $s="";while(length $s<$n){sysread(STDIN,$s,$n-length $s,length $s)||exit 1}eval $s;die $@ if $@`;

/** Of the filter's parts, what was found amiss and set right, in the last minutes. */
export type Mended = { part: "rules" | "resolver" | "proxy"; at: Date };
export type Applied = { kind: "applied"; problem: string | null; mended: Mended[] } | { kind: "stale" };

/**
 * `revision`: grows with every state that is read, over all processes (lib/db/host-network.ts). Connections of a box end when its policy
 * changes, unless the change is among the harmless ones.
 */
export async function applyState(o: {
	engine: Engine;
	state: FilterState;
	revision: string;
	harmless: readonly HarmlessChange[];
	signal?: AbortSignal;
}): Promise<Applied> {
	const script = Buffer.from(source);
	const files = filterFiles(o.state);
	const items = [
		o.revision,
		String(o.harmless.length),
		...o.harmless.map((pair) => pair.join(" ")),
		String(files.length),
		...files.flatMap((file) => [file.path, file.content]),
	].map(item);
	const result = await runInFilter({
		engine: o.engine,
		command: ["/usr/bin/perl", "-e", bootstrap, String(script.length)],
		stdin: Buffer.concat([script, ...items]),
		...(o.signal && { signal: o.signal }),
	});
	if (result.stdout.startsWith("stale ")) return { kind: "stale" };
	if (result.code !== 0 || !result.stdout.includes("applied "))
		throw new EngineError(
			"unavailable",
			`The egress filter did not take its policy: ${(result.stderr || result.stdout).slice(-500)}`,
		);
	const down = [...result.stdout.matchAll(/^down (\w+)$/gm)].map((match) => match[1]);
	const mended = [...result.stdout.matchAll(/^mended (\d+) (rules|resolver|proxy)$/gm)].map(
		([, at, part]): Mended => ({ part: part as Mended["part"], at: new Date(Number(at) * 1000) }),
	);
	const problem = down.length > 0 ? `Not running in the filter: ${down.join(", ")}.` : null;
	return { kind: "applied", problem, mended };
}

/** Its decisions, one line each, from `sinceSeconds` (Unix time) on and as they come. */
export function followDecisions(o: {
	engine: Engine;
	sinceSeconds: number;
	signal?: AbortSignal;
}): Promise<ExecStream> {
	const command = [
		"journalctl",
		"-f",
		"-q",
		"-o",
		"cat",
		`--since=@${o.sinceSeconds}`,
		"-t",
		"haproxy",
		"-t",
		"unbound",
	];
	return o.engine.exec({ name: filterInstance, command, ...(o.signal && { signal: o.signal }) });
}

async function runInFilter(o: { engine: Engine; command: string[]; stdin: Buffer; signal?: AbortSignal }) {
	const signal = bounded(o.signal, applyTimeoutMs);
	const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
	const stream = await o.engine
		.exec({ name: filterInstance, command: o.command, env, signal })
		.catch((error: unknown) => {
			if (!(error instanceof EngineError) || (error.code !== "invalid" && error.code !== "not_found")) throw error;
			// Stopped or made anew by somebody else since it was looked at: that passes.
			throw new EngineError("unavailable", `The egress filter is not running: ${error.message}`, error);
		});
	const kill = () => stream.kill();
	signal.addEventListener("abort", kill, { once: true });
	try {
		stream.stdio.end(o.stdin);
		const [stdout, stderr, exit] = await Promise.all([text(stream.stdio), text(stream.stderr), stream.exit]);
		return { stdout, stderr, code: exit.code };
	} catch (error) {
		if (signal.aborted) throw new EngineError("timeout", "The egress filter did not answer in time", error);
		throw error;
	} finally {
		signal.removeEventListener("abort", kill);
	}
}

function item(value: string): Buffer {
	const bytes = Buffer.from(value);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(bytes.length);
	return Buffer.concat([length, bytes]);
}

function bounded(signal: AbortSignal | undefined, ms: number): AbortSignal {
	const deadline = AbortSignal.timeout(ms);
	return signal ? AbortSignal.any([signal, deadline]) : deadline;
}
