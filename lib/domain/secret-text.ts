/**
 * A secret's text on its way from the edge or the vault to where it is used. Whatever prints, joins or serialises it gets
 * `[redacted]`: a log line, an error's text, JSON, a template. Only `reveal` gives it, at the place of use; `npm run check` knows those
 * places (scripts/check-reveals.ts).
 */
export class SecretText {
	readonly #text: string;

	constructor(text: string) {
		this.#text = text;
	}

	/** Nothing that is logged, thrown or kept may hold what this answers. */
	reveal(): string {
		return this.#text;
	}

	/** Of its UTF-8. */
	get bytes(): number {
		return new TextEncoder().encode(this.#text).length;
	}

	equals(other: SecretText): boolean {
		return this.#text === other.#text;
	}

	toString(): string {
		return redacted;
	}

	toJSON(): string {
		return redacted;
	}

	/** What `util.inspect` and `console.log` ask; by its registered name, since browsers load this file too. */
	[Symbol.for("nodejs.util.inspect.custom")](): string {
		return redacted;
	}

	/** JSON with the secrets in it revealed, opaque itself: for what is sealed or keyed. */
	static ofJson(value: unknown): SecretText {
		// A replacer is given what `toJSON` answered; the object itself is in `this`.
		const json = JSON.stringify(value, function (this: Record<string, unknown>, key: string, plain: unknown) {
			const held = this[key];
			return held instanceof SecretText ? held.reveal() : plain;
		});
		return new SecretText(json ?? "null");
	}
}

const redacted = "[redacted]";

/** The texts of a JSON object, each a secret. The parser's own error would quote them: it is left out. */
export function textsOf(json: SecretText): Record<string, SecretText> {
	let parsed: unknown = null;
	try {
		parsed = JSON.parse(json.reveal());
	} catch {
		// Said below, without what could not be read.
	}
	if (typeof parsed !== "object" || parsed === null) throw new TypeError("What was sealed is no JSON object.");
	const texts = Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === "string");
	return Object.fromEntries(texts.map(([name, text]) => [name, new SecretText(text)]));
}
