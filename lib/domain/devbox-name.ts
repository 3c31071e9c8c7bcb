/** Names: a DNS label of up to 63 characters, unique in the workspace while the box lives. */
export const devboxNameMax = 63;
export const devboxNamePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Null when the name is good, otherwise what is wrong with it. */
export function devboxNameProblem(name: string): string | null {
	if (name.length === 0) return "A name is needed: lower-case letters, digits and hyphens.";
	if (name.length > devboxNameMax)
		return `A name has at most ${devboxNameMax} characters; this one has ${name.length}.`;
	if (!devboxNamePattern.test(name))
		return "A name has only lower-case letters, digits and hyphens, and begins and ends with a letter or digit.";
	return null;
}

export const displayNameMax = 128;

/** What a service calls a box is shown as it is: any text of 1 to 128 characters. Null when it is that. */
export function displayNameProblem(name: string): string | null {
	const length = [...name].length;
	if (length === 0) return "A name is needed: 1 to 128 characters.";
	if (length > displayNameMax) return `A name has at most ${displayNameMax} characters; this one has ${length}.`;
	return name.isWellFormed() ? null : "The name is not valid Unicode.";
}

const labelAlphabet = "23456789abcdefghjkmnpqrstvwxyz";

/** The DNS label that a display name is closest to; one with no letter or digit that a label could have gets `devbox-` and four drawn ones. */
export function labelOf(displayName: string, random: () => number = Math.random): string {
	const slug = displayName
		.normalize("NFKD")
		.replace(/\p{M}/gu, "")
		.toLowerCase()
		.replace(/ß/g, "ss")
		.replace(/[^a-z0-9]+/g, "-")
		.slice(0, devboxNameMax + 1)
		.replace(/^-+|-+$/g, "")
		.slice(0, devboxNameMax)
		.replace(/-+$/, "");
	if (slug) return slug;
	const draw = () => labelAlphabet[Math.floor(random() * labelAlphabet.length)];
	return `devbox-${Array.from({ length: 4 }, draw).join("")}`;
}

/** The label itself, or with -2, -3 … where it is taken. */
export function freeLabel(label: string, isTaken: (candidate: string) => boolean): string {
	for (let number = 1; ; number++) {
		const suffix = number === 1 ? "" : `-${number}`;
		const candidate = `${label.slice(0, devboxNameMax - suffix.length).replace(/-+$/, "")}${suffix}`;
		if (!isTaken(candidate)) return candidate;
	}
}

const adjectives =
	"amber bold brave brisk calm clear cosy crisp eager fair fresh gentle glad keen kind light lively lucid mellow merry neat nimble plain proud quick quiet rapid sharp sleek smart snug solid still sunny swift tidy vivid warm wise young".split(
		" ",
	);
const nouns =
	"acorn badger beacon birch brook cedar cliff comet coral crane delta ember falcon fern finch fjord glade harbor hazel heron island juniper lagoon lark maple meadow otter pebble pine prairie quartz raven reef ridge river sparrow spruce summit tern willow".split(
		" ",
	);

/** A name to begin with, as `swift-otter-42`. `random` answers 0 <= x < 1. */
export function suggestDevboxName(random: () => number = Math.random): string {
	const pick = (words: string[]) => words[Math.floor(random() * words.length)];
	return `${pick(adjectives)}-${pick(nouns)}-${10 + Math.floor(random() * 90)}`;
}
