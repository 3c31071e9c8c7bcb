/**
 * Execs that the box itself keeps: /usr/lib/devbox/supervise runs them, and here is what is asked about them over a link of the same
 * user. They need neither this process nor the link once they run.
 */

import type { Database } from "../../db/database.ts";
import { type ExecEnd, finishExec, noteExecGroup } from "../../db/execs.ts";
import type { BoxChannel, BoxExecResult, BoxLink } from "../../domain/box-link.ts";
import { AppError } from "../../domain/errors.ts";
import { type ExecInput, type ExecRecord, type ExecSignal, execKillGraceMs } from "../../domain/exec.ts";
import { type ProcessEnd, parseProcessEnd } from "../../domain/exec-end.ts";
import { detachedScript, encodeList, loaderSource, programItems } from "./box-script.ts";

/** What a look into the box says. It comes from the box: believed no further than that this is what its own user sees. */
export type DetachedLook = {
	id: string;
	/** Null when it is not known there. */
	processGroup: number | null;
	isAlive: boolean;
	/** Null: it has not ended, or nobody was there to note it. */
	end: ProcessEnd | null;
	stdoutBytes: number;
	stderrBytes: number;
	isStdoutTruncated: boolean;
	isStderrTruncated: boolean;
	/** Its time was up, and it was ended for that. */
	isTimedOut: boolean;
};

const askMs = 10_000;

async function ask(link: BoxLink, items: Parameters<typeof encodeList>[0]): Promise<BoxExecResult> {
	const { command, source } = detachedScript;
	const stdin = Buffer.concat([source, encodeList(items)]);
	const result = await link.run({ command, stdin, timeoutMs: askMs, outputMaxBytes: 256 * 1024 });
	if (result.code === 0) return result;
	throw new AppError({
		code: "unavailable",
		message:
			"The devbox could not do that for a detached exec. Its disk may be full, or its runtime (/usr/lib/devbox) damaged.",
		cause: new Error(JSON.stringify({ code: result.code, signal: result.signal, stderr: result.stderr.slice(0, 500) })),
	});
}

/** Answers the process group. */
export async function startDetached(
	db: Database,
	link: BoxLink,
	{ record, input }: { record: ExecRecord; input: ExecInput },
): Promise<number> {
	const stdin = [input.stdin === null ? 0 : 1, input.stdin ?? ""];
	const head = ["start", record.id, record.timeoutMs ?? 0, loaderSource, ...stdin];
	const { stdout } = await ask(link, [...head, ...programItems(record, input)]);
	const processGroup = Number(/(?:^|\n)(\d{1,10})\n$/.exec(stdout)?.[1]);
	if (!Number.isSafeInteger(processGroup) || processGroup < 2)
		throw new AppError({
			code: "unavailable",
			message: "The devbox's supervisor did not say what it started.",
			cause: stdout,
		});
	await noteExecGroup(db, { id: record.id, processGroup });
	return processGroup;
}

/** In one go for all of a user's in one box; those that it says nothing sensible about are left out. */
export async function lookAtDetached(link: BoxLink, ids: readonly string[]): Promise<DetachedLook[]> {
	const { stdout } = await ask(link, ["look", ...ids]);
	const asked = new Set(ids);
	return stdout
		.split("\n")
		.map(parseLook)
		.filter((look) => look !== null)
		.filter((look) => asked.has(look.id));
}

export function parseLook(line: string): DetachedLook | null {
	const match =
		/^(exe_[0-9a-z]+)\t(\d{1,10})\t([01])\t(-|[a-z]+ \d{1,3})\t(\d{1,15})\t([01])\t(\d{1,15})\t([01])\t([01])$/.exec(
			line,
		);
	if (!match) return null;
	const [, id = "", group, isAlive, end = "-", out, outCut, err, errCut, isTimedOut] = match;
	return {
		id,
		processGroup: Number(group) || null,
		isAlive: isAlive === "1",
		end: end === "-" ? null : parseProcessEnd(end),
		stdoutBytes: Number(out),
		isStdoutTruncated: outCut === "1",
		stderrBytes: Number(err),
		isStderrTruncated: errCut === "1",
		isTimedOut: isTimedOut === "1",
	};
}

export async function signalDetached(link: BoxLink, id: string, signal: ExecSignal): Promise<void> {
	await ask(link, ["signal", id, signal]);
}

/** SIGTERM now, SIGKILL after the grace, by a process in the box: this answers at once. */
export async function endDetached(link: BoxLink, id: string): Promise<void> {
	await ask(link, ["cancel", id, Math.round(execKillGraceMs / 1000)]);
}

/** Removes what these left in the box. */
export async function removeDetached(link: BoxLink, ids: readonly string[]): Promise<void> {
	await ask(link, ["remove", ...ids]);
}

/** Frames of its output from these offsets on, as in-box/detached.pl sends them. */
export async function followDetached(
	link: BoxLink,
	o: { id: string; stdoutOffset: number; stderrOffset: number; signal: AbortSignal },
): Promise<BoxChannel> {
	const { command, source } = detachedScript;
	const channel = await link.open({ command, signal: o.signal });
	const items = ["follow", o.id, "stdout", o.stdoutOffset, "stderr", o.stderrOffset];
	channel.stdio.write(Buffer.concat([source, encodeList(items)]));
	return channel;
}

/** Path below the user's home, for the file session of a link. */
export function detachedLogPath(id: string, stream: "stdout" | "stderr"): string {
	return `.local/state/devbox/execs/${id}/${stream}`;
}

/** The record as the look shows it; an end is written down. */
export async function applyLook(
	db: Pick<Database, "pool">,
	record: ExecRecord,
	look: DetachedLook,
): Promise<ExecRecord> {
	const { stdoutBytes, stderrBytes, isStdoutTruncated, isStderrTruncated, end } = look;
	const seen = { ...record, stdoutBytes, stderrBytes, isStdoutTruncated, isStderrTruncated };
	if (!end && look.isAlive) return seen;
	const finished: ExecEnd = end
		? { ...seen, ...end, status: "exited", reason: endReason(record, look), finishedAt: new Date() }
		: { ...seen, status: "lost", reason: vanishedReason, finishedAt: new Date() };
	return (await finishExec(db, record.id, finished)) ?? { ...seen, ...finished };
}

const vanishedReason =
	"It is gone from the devbox and left no exit status: the devbox was restarted meanwhile, or its supervisor was killed.";

function endReason(record: ExecRecord, look: DetachedLook): string | null {
	if (record.reason) return record.reason;
	return look.isTimedOut && record.timeoutMs !== null ? timeoutReason(record.timeoutMs) : null;
}

export function timeoutReason(timeoutMs: number): string {
	const time = timeoutMs % 1000 === 0 ? `${timeoutMs / 1000} s` : `${timeoutMs} ms`;
	return `It had not ended after its timeout of ${time}, and was ended.`;
}
