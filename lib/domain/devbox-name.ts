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
