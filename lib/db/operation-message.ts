import { messageMaxBytes } from "../domain/pipelines.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const controlCharacters = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Text for an operation's message: what comes from a box may hold anything, so control characters (bar tab and line feed) are
 * written out as `\x1b`, and only the last `messageMaxBytes` bytes stay.
 */
export function boundMessage(text: string): string {
	const clean = text
		.slice(-2 * messageMaxBytes)
		.replaceAll("\r\n", "\n")
		.replace(controlCharacters, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`)
		.toWellFormed();
	const bytes = Buffer.from(clean);
	if (bytes.length <= messageMaxBytes) return clean;
	const mark = "…\n";
	const tail = bytes.subarray(bytes.length - messageMaxBytes + Buffer.byteLength(mark)).toString("utf8");
	return mark + tail.replace(/^\ufffd+/, "");
}
