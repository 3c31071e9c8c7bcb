/** What the page holds of one command's output, and from where it asks for more. */
import { type ExecEvent, type ExecOffsets, isDevboxError } from "@/sdk/src/index.ts";

export type ExecOutput = {
	text: string;
	/** What could not be shown, and why; null when all of it is here. */
	problem: string | null;
};

export type KeptOutput = ReturnType<typeof createKeptOutput>;

/** The page keeps the end of what it follows. */
const charactersMax = 1_000_000;

export function createKeptOutput() {
	const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
	const offsets: ExecOffsets = { stdout: 0, stderr: 0 };
	let text = "";
	let hasGap = false;
	let hasEnded = false;
	let failure: string | null = null;
	return {
		take(event: ExecEvent): void {
			if (event.type === "stdout" || event.type === "stderr") {
				text += decoders[event.type].decode(event.data, { stream: true });
				if (text.length > charactersMax) text = text.slice(-charactersMax);
				offsets[event.type] = event.offset + event.data.length;
			} else if (event.type === "gap") {
				hasGap = true;
				offsets[event.stream] = event.nextOffset;
			} else if (event.type === "exit") hasEnded = true;
		},
		fail(words: string | null): void {
			failure = words;
		},
		/** Where the next stream begins. */
		offsets: (): ExecOffsets => ({ ...offsets }),
		hasEnded: () => hasEnded,
		shown: (): ExecOutput => ({
			text,
			problem: failure ?? (hasGap ? "A part of the output is not kept any more." : null),
		}),
	};
}

type FollowInput = {
	open: (from: ExecOffsets) => AsyncIterable<ExecEvent>;
	/** Whoever aborts it may follow again later: nothing is lost and nothing comes twice. */
	signal: AbortSignal;
	onChange: () => void;
};

/** Takes what comes until the command ends, the stream gives up or nobody looks any more. */
export async function followOutput(kept: KeptOutput, { open, signal, onChange }: FollowInput): Promise<void> {
	kept.fail(null);
	try {
		for await (const event of open(kept.offsets())) {
			if (signal.aborted) return;
			kept.take(event);
			onChange();
		}
	} catch (error) {
		if (signal.aborted) return;
		kept.fail(failureWords(error));
		onChange();
	}
}

function failureWords(error: unknown): string {
	if (isDevboxError(error) && error.code !== "network" && error.code !== "lost") return error.detail;
	return "The output cannot be reached right now. Close the command and open it to try again.";
}
