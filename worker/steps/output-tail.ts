/** The end of what commands wrote, as text, with the box's own secrets blotted out: it goes into an operation's message. */
import { StringDecoder } from "node:string_decoder";

/** Shorter values, and plain words as `development`, are in every output by chance. */
const secretLengthMin = 8;
/** Stands for one hidden character until the end: as long as lengths stay as they are, what is cut off is cut in the right place. */
const blot = "\uE000";
const mask = "•••";

export type OutputTail = {
	write(chunk: Buffer): void;
	/** A line of ours. */
	note(line: string): void;
	/** The end, with a mark where something before it is left out. */
	text(): string;
};

export function openOutputTail(o: { bytesMax: number; secrets?: readonly string[] }): OutputTail {
	const hidden = [...new Set((o.secrets ?? []).flatMap(partsOf))].sort((a, b) => b.length - a.length);
	// A secret that begins before the shown part must still be seen whole.
	const keptMax = o.bytesMax + (hidden[0]?.length ?? 0);
	const decoder = new StringDecoder("utf8");
	let kept = "";
	let isCut = false;
	const add = (text: string): void => {
		kept += text;
		if (kept.length > 2 * keptMax + 65_536) trim();
	};
	const trim = (): void => {
		if (kept.length <= keptMax) return;
		kept = kept.slice(-keptMax);
		isCut = true;
	};
	return {
		write: (chunk) => add(decoder.write(chunk)),
		note: (line) => add(`${kept === "" || kept.endsWith("\n") ? "" : "\n"}${line}\n`),
		text() {
			trim();
			const blotted = hidden.reduce((text, secret) => text.replaceAll(secret, blot.repeat(secret.length)), kept);
			const end = blotted.slice(-o.bytesMax).replace(/\uE000+/g, mask);
			return cutToBytes(drawnOver(end), { bytesMax: o.bytesMax, isCut: isCut || blotted.length > o.bytesMax });
		},
	};
}

/** Of a value with several lines each line is one, since output may indent or wrap them. */
function partsOf(secret: string): string[] {
	return [secret, ...secret.split("\n").map((line) => line.trim())].filter(
		(part) => part.length >= secretLengthMin && !/^[a-z]+$/.test(part),
	);
}

/** A progress bar draws over its own line: of such a line the last state counts. */
function drawnOver(text: string): string {
	return text.replaceAll("\r\n", "\n").replace(/[^\n]*\r(?=[^\n])/g, "");
}

function cutToBytes(text: string, o: { bytesMax: number; isCut: boolean }): string {
	const bytes = Buffer.from(text);
	if (bytes.length <= o.bytesMax && !o.isCut) return text;
	const tail = bytes
		.subarray(-o.bytesMax)
		.toString("utf8")
		.replace(/^\ufffd+/, "");
	return `…\n${tail.slice(tail.indexOf("\n") + 1)}`;
}
