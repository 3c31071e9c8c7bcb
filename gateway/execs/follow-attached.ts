import { type ExecStreamName, execStreams } from "../../lib/domain/exec.ts";
import type { AttachedExec } from "./attached-exec.ts";
import type { ExecEventStream } from "./exec-event-stream.ts";

export type ExecOffsets = Record<ExecStreamName, number>;

export type Follower = {
	/** The reader has taken what it was sent. */
	resume(): void;
	stop(): void;
};

const pieceBytesMax = 64 * 1024;

/** Sends output from these offsets on, as fast as the reader takes it, then the end. What is not kept any more is a gap. */
export function followAttached(o: { exec: AttachedExec; to: ExecEventStream; from: ExecOffsets }): Follower {
	const { exec, to } = o;
	const at: ExecOffsets = { ...o.from };
	let isSending = false;

	function sendOne(stream: ExecStreamName): boolean {
		const ring = exec.rings[stream];
		if (at[stream] < ring.startOffset) {
			to.gap(stream, at[stream], ring.startOffset);
			at[stream] = ring.startOffset;
		}
		const bytes = ring.read(at[stream], pieceBytesMax);
		if (bytes.length === 0) return false;
		to.output(stream, at[stream], bytes);
		at[stream] += bytes.length;
		exec.taken(stream, at[stream]);
		return true;
	}

	function send(): void {
		// Taking may bring more at once.
		if (isSending) return;
		isSending = true;
		let hasMore = true;
		while (to.hasRoom && hasMore) hasMore = execStreams.map(sendOne).includes(true);
		isSending = false;
		if (!hasMore && exec.hasEnded && !to.isOver) to.exit(exec.record);
	}

	const stop = exec.follow(send);
	send();
	return { resume: send, stop };
}
