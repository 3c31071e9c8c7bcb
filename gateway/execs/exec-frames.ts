/** The frames that in-box/attached.pl and detached.pl speak: a letter, four bytes of length, and so many bytes. */
import { scriptMarker } from "../../lib/usecases/execs/box-script.ts";

export type ExecFrame = { letter: string; bytes: Buffer };

/** From the box: no script sends more in one. */
const frameBytesMax = 256 * 1024;
/** What a shell's start-up files may print before the script begins. */
const preambleBytesMax = 64 * 1024;
const headBytes = 5;

/** The box does not speak as agreed: it was replaced, or a start-up file talks without end. */
export class FrameViolation extends Error {
	constructor(message: string) {
		super(message);
		this.name = "FrameViolation";
	}
}

export function encodeFrame(letter: string, bytes: Buffer | string = ""): Buffer {
	const body = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
	const head = Buffer.alloc(headBytes);
	head.write(letter, "latin1");
	head.writeUInt32BE(body.length, 1);
	return Buffer.concat([head, body]);
}

/** Feeds on what the channel brings, in any pieces; calls `onFrame` for each whole frame. Throws FrameViolation. */
export function createFrameReader(onFrame: (frame: ExecFrame) => void): (chunk: Buffer) => void {
	let rest: Buffer = Buffer.alloc(0);
	let hasBegun = false;

	function begin(): boolean {
		const at = rest.indexOf(scriptMarker);
		if (at < 0) {
			if (rest.length > preambleBytesMax)
				throw new FrameViolation("the shell's start-up files print more than 64 KiB before a command begins");
			return false;
		}
		rest = rest.subarray(at + scriptMarker.length);
		return true;
	}

	return (chunk) => {
		rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		hasBegun ||= begin();
		if (!hasBegun) return;
		let at = 0;
		while (rest.length - at >= headBytes) {
			const length = rest.readUInt32BE(at + 1);
			if (length > frameBytesMax) throw new FrameViolation("the devbox does not speak as its runner does");
			if (rest.length - at < headBytes + length) break;
			const letter = String.fromCharCode(rest[at] ?? 0);
			onFrame({ letter, bytes: rest.subarray(at + headBytes, at + headBytes + length) });
			at += headBytes + length;
		}
		rest = at === 0 ? rest : Buffer.from(rest.subarray(at));
	};
}
