/** Follows a detached exec through the box's own follower, which reads the supervisor's files; nothing is kept here. */
import type { BoxChannel, BoxLink } from "../../lib/domain/box-link.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { ExecRecord } from "../../lib/domain/exec.ts";
import type { Log } from "../../lib/log/log.ts";
import type { ExecDeps } from "../../lib/usecases/deps.ts";
import { applyLook, lookAtDetached, followDetached as openFollower } from "../../lib/usecases/execs/detached-execs.ts";
import { explainBoxLoss } from "../../lib/usecases/execs/explain-box-loss.ts";
import { loseExec } from "../../lib/usecases/execs/lose-exec.ts";
import type { ExecEventStream } from "./exec-event-stream.ts";
import { createFrameReader, type ExecFrame } from "./exec-frames.ts";
import type { ExecOffsets, Follower } from "./follow-attached.ts";

type FollowInput = {
	deps: Pick<ExecDeps, "db">;
	record: ExecRecord;
	link: BoxLink;
	to: ExecEventStream;
	from: ExecOffsets;
	log: Log;
};

export function followDetached(o: FollowInput): Follower {
	const { record, to, log } = o;
	const at: ExecOffsets = { ...o.from };
	const stopping = new AbortController();
	let channel: BoxChannel | null = null;
	let isFinishing = false;

	function onFrame({ letter, bytes }: ExecFrame): void {
		if (letter === "x" || letter === "l") {
			finish(settle);
			return;
		}
		const stream = letter === "e" ? "stderr" : "stdout";
		to.output(stream, at[stream], bytes);
		at[stream] += bytes.length;
		if (!to.hasRoom) channel?.stdio.pause();
	}

	/** The end, or why this stream has one. */
	function finish(how: () => Promise<void>): void {
		if (isFinishing || stopping.signal.aborted) return;
		isFinishing = true;
		how()
			.catch((error: unknown) => {
				log.warn({ err: error, exec: record.id }, "the end of a detached exec could not be told");
				to.fail(error instanceof AppError ? error : cutOff());
			})
			.finally(() => channel?.close());
	}

	async function settle(): Promise<void> {
		const [look] = await lookAtDetached(o.link, [record.id]);
		if (!look) throw cutOff();
		to.exit(record.status === "running" ? await applyLook(o.deps.db, record, look) : record);
	}

	/** The channel went away: with the box, or alone. */
	async function settleLoss(): Promise<void> {
		const reason = await explainBoxLoss(o.deps.db, record.devboxId);
		if (reason === null) throw cutOff();
		to.exit(record.status === "running" ? await loseExec(o.deps.db, record, reason) : record);
	}

	function attach(opened: BoxChannel): void {
		channel = opened;
		const read = createFrameReader(onFrame);
		opened.stderr.resume();
		for (const stream of [opened.stdio, opened.stderr])
			stream.on("error", (error) => log.debug({ err: error, exec: record.id }, "a follower's channel broke"));
		opened.stdio.on("data", (chunk: Buffer) => {
			try {
				read(chunk);
			} catch (error) {
				finish(() => Promise.reject(error));
			}
		});
		const over = () => finish(settleLoss);
		opened.stdio.once("end", over).once("close", over);
	}

	const { id } = record;
	const { signal } = stopping;
	openFollower(o.link, { id, stdoutOffset: at.stdout, stderrOffset: at.stderr, signal }).then(
		attach,
		(error: unknown) => finish(() => Promise.reject(error)),
	);
	return {
		resume: () => void channel?.stdio.resume(),
		stop: () => stopping.abort(),
	};
}

function cutOff(): AppError {
	return new AppError({
		code: "unavailable",
		message: "The connection into the devbox was lost; the exec goes on. Ask for its stream again with your offsets.",
		retryAfterSeconds: 1,
	});
}
