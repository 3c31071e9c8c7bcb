/** Output of a box as styled text: SGR colours become class names, every other control character is shown, none acts. */

export type AnsiStyle = { color: number | null; isBold: boolean; isDim: boolean };
export type AnsiSpan = AnsiStyle & { text: string };

const plain: AnsiStyle = { color: null, isBold: false, isDim: false };
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this file is about
const sgr = /\x1b\[([0-9;]{0,40})m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this file is about
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** C0 and C1 controls and the marks that turn the direction of text, as visible escapes. Newlines and tabs stay. */
export function escapeControls(text: string): string {
	return text.replace(/\r\n/g, "\n").replace(controls, (character) => {
		const code = character.charCodeAt(0);
		if (code === 0x1b) return "\\e";
		return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
	});
}

/** What a carriage return wrote over is not shown: a progress bar is its last state. */
function keepLastOfOverwritten(text: string): string {
	return text
		.split("\n")
		.map((line) => {
			const body = line.endsWith("\r") ? line.slice(0, -1) : line;
			return body.slice(body.lastIndexOf("\r") + 1);
		})
		.join("\n");
}

/** What is read of it: as it is shown, without its colours. */
export function plainText(raw: string): string {
	return parseAnsi(raw)
		.map((span) => span.text)
		.join("");
}

export function parseAnsi(raw: string): AnsiSpan[] {
	const text = keepLastOfOverwritten(raw);
	const spans: AnsiSpan[] = [];
	let style = plain;
	let from = 0;
	const push = (to: number) => {
		if (to > from) spans.push({ ...style, text: escapeControls(text.slice(from, to)) });
	};
	for (const match of text.matchAll(sgr)) {
		push(match.index);
		style = applySgr(style, match[1] ?? "");
		from = match.index + match[0].length;
	}
	push(text.length);
	return spans;
}

function applySgr(before: AnsiStyle, parameters: string): AnsiStyle {
	const codes = parameters === "" ? [0] : parameters.split(";").map(Number);
	let style = before;
	for (let i = 0; i < codes.length; i++) {
		const code = codes[i] ?? 0;
		if (code === 0) style = plain;
		else if (code === 1) style = { ...style, isBold: true };
		else if (code === 2) style = { ...style, isDim: true };
		else if (code === 22) style = { ...style, isBold: false, isDim: false };
		else if (code >= 30 && code <= 37) style = { ...style, color: code - 30 };
		else if (code >= 90 && code <= 97) style = { ...style, color: code - 90 };
		else if (code === 39) style = { ...style, color: null };
		// Extended colours carry arguments, which are no codes of their own.
		else if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : 4;
	}
	return style;
}
