/** How many lines a paste would send; a single one with its line end at the end counts as one. */
export function pastedLines(text: string): number {
	return text.replace(/(?:\r\n|\r|\n)$/, "").split(/\r\n|\r|\n/).length;
}
