/**
 * One attached exec: its channel into the box, what it has written, and how it ends. The end is what the runner in the box says that
 * it reaped; a channel that goes away without that leaves the exec lost, and the runner, which sees it go, ends the process group.
 */
import {
	type ExecInput,
	type ExecOrder,
	type ExecRecord,
	type ExecStreamName,
	execKillGraceMs,
} from "../../lib/domain/exec.ts";
import { parseProcessEnd } from "../../lib/domain/exec-end.ts";
import type { Log } from "../../lib/log/log.ts";
import { encodeItems, programItems } from "../../lib/usecases/execs/box-script.ts";
import { timeoutReason } from "../../lib/usecases/execs/detached-execs.ts";
import type { ExecFrame } from "./exec-frames.ts";
import { type ExecInputPipe, openExecInput } from "./exec-input.ts";
import { type OutputRing, openOutputRing } from "./output-ring.ts";
import type { Runner, RunnerEvents } from "./runner-channels.ts";

export type AttachedExecOptions = {
	record: ExecRecord;
	input: ExecInput;
	runner: Runner;
	/** Why the box let go of it; null when nothing is known but that it did. */
	explainLoss: () => Promise<string | null>;
	/** Called once, with the record as it ended. */
	onEnd: (exec: AttachedExec) => void;
	log: Log;
};

/** After SIGKILL the box has this long to say that the process is gone. */
const killAnswerMs = 10_000;
const wordsMax = 500;

const goneWords = "The connection into the devbox was lost while it ran, and its processes are ended there.";
const violationWords =
	"The devbox did not answer as its runner does: a start-up file of its shell may print without end.";

export class AttachedExec {
	readonly record: ExecRecord;
	readonly rings: Record<ExecStreamName, OutputRing> = { stdout: openOutputRing(), stderr: openOutputRing() };
	readonly input: ExecInputPipe;
	readonly #o: AttachedExecOptions;
	readonly #listeners = new Set<() => void>();
	readonly #timers = new Set<NodeJS.Timeout>();
	#linger: NodeJS.Timeout | null = null;
	#followers = 0;
	#isCancelled = false;
	#isPaused = false;

	constructor(o: AttachedExecOptions) {
		this.#o = o;
		this.record = o.record;
		this.input = openExecInput((letter, bytes) => o.runner.send(letter, bytes));
		o.runner.attach({ onFrame: (frame) => this.#onFrame(frame), onGone: (how) => void this.#onGone(how) });
		this.#start();
	}

	get hasEnded(): boolean {
		return this.record.status !== "running";
	}

	/** Calls `listener` when there is more output, or the end. Counts as following until the answer is called. */
	follow(listener: () => void): () => void {
		this.#listeners.add(listener);
		this.#followers += 1;
		this.touch();
		return () => {
			if (!this.#listeners.delete(listener)) return;
			this.#followers -= 1;
			this.touch();
		};
	}

	/** Somebody cares: the time that it may go on alone begins anew. */
	touch(): void {
		if (this.#linger) clearTimeout(this.#linger);
		this.#linger = null;
		if (this.hasEnded || this.#followers > 0) return;
		const { lingerMs } = this.#o.input;
		const reason = `No request followed it for ${lingerMs / 1000} s, and it was ended. Send a longer \`linger_ms\`, or detach it.`;
		this.#linger = setTimeout(() => this.order({ kind: "cancel", reason }), lingerMs);
	}

	/** Whether `input` takes more. */
	get acceptsInput(): boolean {
		return this.#o.input.isStdinOpen && !this.input.isEnded && !this.hasEnded;
	}

	/** A reader has been given all before `offset` of this stream. */
	taken(stream: ExecStreamName, offset: number): void {
		this.rings[stream].taken(offset);
		if (!this.#isPaused || this.#isFull) return;
		this.#isPaused = false;
		this.#o.runner.resume();
	}

	order(order: ExecOrder): void {
		if (this.hasEnded) return;
		if (order.kind === "signal") this.#o.runner.send("s", order.signal);
		else if (order.kind === "resize") this.#o.runner.send("r", sizeOf(order));
		else this.#cancel(order.reason);
	}

	/** Ends here and now, without knowing how it ended in the box. */
	lose(reason: string): void {
		this.#end({ status: "lost", reason: this.record.reason ?? reason });
	}

	get #isFull(): boolean {
		return this.rings.stdout.isFull || this.rings.stderr.isFull;
	}

	#start(): void {
		const { record, input } = this.#o;
		const { cols, rows } = input.pty ?? { cols: 0, rows: 0 };
		const hasInput = input.isStdinOpen || input.stdin !== null;
		this.#o.runner.send("j", encodeItems([cols, rows, hasInput ? 1 : 0, ...programItems(record, input)]));
		if (input.stdin !== null) this.input.write(Buffer.from(input.stdin)).catch(() => undefined);
		if (!input.isStdinOpen && hasInput) this.input.end();
		if (!hasInput) this.input.close();
		const { timeoutMs } = record;
		if (timeoutMs !== null) this.#after(timeoutMs, () => this.#cancel(timeoutReason(timeoutMs)));
		this.touch();
	}

	#onFrame({ letter, bytes }: ExecFrame): void {
		if (letter === "o") this.#onOutput("stdout", bytes);
		else if (letter === "e") this.#onOutput("stderr", bytes);
		else if (letter === "a") this.input.taken(Number(bytes.toString("latin1")) || 0);
		else if (letter === "p") this.record.processGroup = Number(bytes.toString("latin1")) || null;
		else if (letter === "x") {
			const end = parseProcessEnd(bytes.toString("latin1"));
			if (end) this.#end({ status: "exited", ...end });
			else this.lose("The devbox told of an end that no process can have.");
		}
	}

	#onOutput(stream: ExecStreamName, bytes: Buffer): void {
		this.rings[stream].push(bytes);
		const { endOffset } = this.rings[stream];
		// Nobody waits for a reader of what is being ended.
		if (this.#isCancelled) this.rings[stream].taken(endOffset);
		if (stream === "stdout") this.record.stdoutBytes = endOffset;
		else this.record.stderrBytes = endOffset;
		this.#notify();
		if (this.#isPaused || !this.#isFull) return;
		this.#isPaused = true;
		this.#o.runner.pause();
	}

	async #onGone({ words, violation }: Parameters<RunnerEvents["onGone"]>[0]): Promise<void> {
		if (violation) this.#o.log.warn({ err: violation, exec: this.record.id }, "a devbox broke the rules of an exec");
		const known = await this.#o.explainLoss();
		this.lose(known ?? (violation ? violationWords : `${goneWords}${words && ` It said: ${printable(words)}`}`));
	}

	#cancel(reason: string): void {
		if (this.#isCancelled || this.hasEnded) return;
		this.#isCancelled = true;
		this.record.reason ??= reason;
		this.#o.runner.send("k", String(execKillGraceMs / 1000));
		// A reader that takes nothing must not keep the end from being heard.
		this.rings.stdout.taken(this.rings.stdout.endOffset);
		this.rings.stderr.taken(this.rings.stderr.endOffset);
		this.#o.runner.resume();
		this.#isPaused = false;
		this.#after(execKillGraceMs + killAnswerMs, () => this.lose("The devbox did not say that it has ended."));
	}

	#end(end: Partial<ExecRecord>): void {
		if (this.hasEnded) return;
		const isStdoutTruncated = this.rings.stdout.startOffset > 0;
		const isStderrTruncated = this.rings.stderr.startOffset > 0;
		Object.assign(this.record, end, { isStdoutTruncated, isStderrTruncated, finishedAt: new Date() });
		for (const timer of this.#timers) clearTimeout(timer);
		if (this.#linger) clearTimeout(this.#linger);
		this.input.close();
		this.#o.runner.release({ isClean: this.record.status === "exited" && !this.#isCancelled });
		this.#o.onEnd(this);
		this.#notify();
	}

	#notify(): void {
		for (const listener of [...this.#listeners]) listener();
	}

	#after(ms: number, action: () => void): void {
		this.#timers.add(setTimeout(action, ms));
	}
}

function sizeOf({ cols, rows }: { cols: number; rows: number }): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt16BE(cols);
	bytes.writeUInt16BE(rows, 2);
	return bytes;
}

/** Words of a box for a person: bounded, in one line, with nothing that a screen would obey. */
function printable(text: string): string {
	return text
		.trim()
		.slice(0, wordsMax)
		.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => (c === "\n" ? " " : "?"));
}
