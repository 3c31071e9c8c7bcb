/** How many lines a paste would send; a single one with its line end at the end counts as one. */
export function pastedLines(text: string): number {
	return text.replace(/(?:\r\n|\r|\n)$/, "").split(/\r\n|\r|\n/).length;
}

/** ESC, its 8-bit twin CSI, and Ctrl-C. */
const pasteEnders = ["\u001b", "\u009b", "\u0003"];

/**
 * A paste as it may be sent: without what could end a bracketed paste early, so that the rest would run as typed commands. Some
 * shells end it on Ctrl-C.
 */
export function safePaste(text: string): string {
	return pasteEnders.reduce((safe, character) => safe.replaceAll(character, ""), text);
}
