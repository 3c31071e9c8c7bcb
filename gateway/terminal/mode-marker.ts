/**
 * The first bytes that `/usr/lib/devbox/terminal` writes: `ESC ] devbox;mode=tmux;existing=1 BEL`, or `mode=plain` where there is
 * no tmux. They say what the terminal is and are cut off. They come from the box: whatever does not look like that is output of a
 * plain shell.
 */
export type TerminalMode = { mode: "tmux" | "shell"; existing: boolean };

export type MarkerResult = { kind: "more" } | { kind: "done"; mode: TerminalMode; rest: Buffer };

const start = Buffer.from("\x1b]devbox;");
const end = 0x07;
const markerBytesMax = 128;

export type ModeMarkerReader = {
	push(chunk: Buffer): MarkerResult;
	/** The output ended, or took too long: what came is output. */
	giveUp(): MarkerResult & { kind: "done" };
};

export function openModeMarkerReader(): ModeMarkerReader {
	let held = Buffer.alloc(0);

	function asOutput(): MarkerResult & { kind: "done" } {
		return { kind: "done", mode: { mode: "shell", existing: false }, rest: held };
	}

	return {
		push(chunk) {
			held = Buffer.concat([held, chunk]);
			const compared = Math.min(held.length, start.length);
			if (!held.subarray(0, compared).equals(start.subarray(0, compared))) return asOutput();
			const at = held.subarray(0, markerBytesMax).indexOf(end);
			if (at >= 0) {
				const mode = parseMarker(held.toString("latin1", start.length, at));
				return mode ? { kind: "done", mode, rest: held.subarray(at + 1) } : asOutput();
			}
			return held.length >= markerBytesMax ? asOutput() : { kind: "more" };
		},
		giveUp: asOutput,
	};
}

function parseMarker(text: string): TerminalMode | null {
	const match = /^mode=(tmux|plain)(?:;existing=([01]))?$/.exec(text);
	if (!match) return null;
	return { mode: match[1] === "tmux" ? "tmux" : "shell", existing: match[2] === "1" };
}
