/** What a secret may be, and how many there may be. Values are text that is written and never read back. */

export const secretLimits = {
	namePattern: /^[A-Za-z0-9_][A-Za-z0-9_.\-/]{0,79}$/,
	descriptionMax: 500,
	/** UTF-8. */
	valueBytesMax: 64 * 1024,
	perOwnerMax: 200,
	/** With the 64 variables of a create and the AI tokens this stays within what one program may be started with. */
	inAllBoxesMax: 16,
	/** The newest and those before it; a value past them is destroyed when the next one is put. */
	versionsMax: 10,
	labelsMax: 16,
	labelKeyPattern: /^[A-Za-z0-9_.\-/]{1,63}$/,
	labelValueMax: 200,
} as const;

export const secretScopes = ["user", "workspace"] as const;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Null when it can be one. Never quotes the value. */
export function secretValueProblem(value: string): string | null {
	if (value === "") return "A secret's value is not empty. Delete the secret to have none.";
	if (value.includes("\0")) return "A secret's value is text without NUL characters: no environment can hold one.";
	if (!value.isWellFormed()) return "A secret's value is valid UTF-8 text.";
	const bytes = bytesOf(value);
	if (bytes <= secretLimits.valueBytesMax) return null;
	return `A secret's value has at most 64 KiB (${secretLimits.valueBytesMax} bytes); this one has ${bytes}.`;
}
