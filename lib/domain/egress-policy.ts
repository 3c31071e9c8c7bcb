/**
 * Where a box may go. A policy is a mode and a list of names; this says what a name is, what a list means, and which policy a box gets.
 * What is matched here is matched the same way by the filter (lib/egress).
 */

export const networkModes = ["open", "enforce", "observe", "none"] as const;
export type NetworkMode = (typeof networkModes)[number];

export type NetworkPolicy = { mode: NetworkMode; domains: readonly string[] };

/** `services`: `address:port` of the workspace's internal services that names may lead to, sorted. */
export type PolicyInForce = NetworkPolicy & { services: readonly string[] };

/** What a policy allows besides while repositories are cloned and setup commands run: everything public, noted; or more names. */
export const setupModes = ["observe", "enforce"] as const;
export type SetupPhase = { mode: (typeof setupModes)[number]; egress_domains: string[] };

/** A policy as a request or a default says it: its own, or the name of one of the workspace's. */
export type PolicyAsk = { policy: string } | { mode: NetworkMode; egress_domains: string[]; setup?: SetupPhase };

/** For a person, within a sentence. */
export function policyWords(ask: PolicyAsk): string {
	if ("policy" in ask) return `the policy ${ask.policy}`;
	const count = ask.egress_domains.length;
	const names = count === 1 ? "one listed name" : `${count} listed names`;
	const words = { open: "an open network", enforce: names, observe: "observed", none: "no network" }[ask.mode];
	return ask.setup ? `${words}, and more while it is set up` : words;
}

/**
 * What there may be beside a policy: names that an admin approved, the workspace's internal services, and what is allowed while the box
 * is set up (null: it is not).
 */
export type BesidePolicy = { approved: readonly string[]; services: readonly string[]; setup: SetupPhase | null };

/** What holds for a box now. A service is of use to a box that goes through the filter by some name. */
export function policyInForce(policy: NetworkPolicy, beside: BesidePolicy): PolicyInForce {
	const { mode, domains } = namesInForce(policy, beside);
	const isLed = mode === "observe" || (mode === "enforce" && domains.length > 0);
	return { mode, domains, services: isLed ? beside.services : [] };
}

function namesInForce(policy: NetworkPolicy, { approved, setup }: BesidePolicy): NetworkPolicy {
	const { mode, domains } = policy;
	if (mode === "open" || mode === "observe") return policy;
	if (setup?.mode === "observe") return { mode: "observe", domains };
	const more = [...approved, ...(setup?.egress_domains ?? [])];
	if (more.length === 0) return policy;
	return { mode: "enforce", domains: [...new Set([...(mode === "enforce" ? domains : []), ...more])].sort() };
}

/** What a person is told that a mode means. */
export const networkModeLabels = {
	open: "Open: the whole Internet, without a filter",
	enforce: "Listed names only",
	observe: "Everything, each decision noted",
	none: "No network at all",
} as const satisfies Record<NetworkMode, string>;

/** Whether what a policy says is what holds for its devbox; nothing is enforced where all is open. */
export const enforcementWords = {
	open: "",
	enforced: "in force",
	pending: "not in force yet, or it does not run",
	down: "the filter is down: it has no network",
} as const;
export type Enforcement = keyof typeof enforcementWords;

/** Of one policy. The filter holds every entry of every policy in memory. */
export const policyDomainsMax = 500;
const nameLengthMax = 253;

/**
 * The normal form of an entry: lower case, without the one dot that may end it. `*.` in front is every name below, at any depth, and not
 * the name itself. Punycode (`xn--…`) is taken as it is written: a look-alike is another name, and matches nothing but itself.
 */
export function parseDomain(text: string): { domain: string } | { problem: string } {
	const shown = JSON.stringify(text.slice(0, 80));
	const problem = (words: string) => ({ problem: `${shown} ${words}` });
	if (text.trim() === "") return problem("is empty. Write a name, as example.com.");
	if (text === "*") return problem("would be everything: leave the policy out, or use the mode observe or open.");
	if (/[^\x21-\x7e]/.test(text))
		return problem("has a space or a character that is not ASCII. Write an internationalised name as xn--….");
	if (text.includes("://") || text.includes("/"))
		return problem("is an address of a page. Write its host name alone, as example.com.");
	if (/^\[?[0-9a-f]*:[0-9a-f:.]*\]?$/i.test(text) || /^[0-9.]+$/.test(text))
		return problem("is an IP address. Policies are by name: what an address is used for changes.");
	if (text.includes(":")) return problem("has a port. A name is allowed on every port: write it alone.");
	const isWild = text.startsWith("*.");
	const name = (isWild ? text.slice(2) : text).toLowerCase().replace(/\.$/, "");
	if (name.includes("*")) return problem("has a * that is not its first label. Only *.example.com is understood.");
	if (name.length > nameLengthMax) return problem(`is longer than ${nameLengthMax} characters.`);
	const labels = name.split(".");
	if (!labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)))
		return problem("is no host name: labels of letters, digits and inner hyphens, with a dot between.");
	// Of either notation: programs read 0x7f.0x1 as an address.
	if (/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) return problem("is no host name: its last label is a number.");
	if (labels.length < 2)
		return problem(
			isWild
				? "would be everything below a whole top-level domain. Name the domain."
				: "has one label alone. Write it whole, as example.com.",
		);
	if (labels.at(-1) === "localhost")
		return problem("is the devbox itself: what a devbox serves to itself needs no policy.");
	if (isWild && isPublicSuffix(labels))
		return problem("would be everything that anybody registers there. Name the domain.");
	return { domain: isWild ? `*.${name}` : name };
}

/** Second-level registries that people mistake for a domain. Not the whole public suffix list: that one changes every week. */
const registries = new Set(["co", "com", "org", "net", "gov", "edu", "ac", "or", "ne", "go"]);
function isPublicSuffix(labels: readonly string[]): boolean {
	return labels.length === 2 && registries.has(labels[0] ?? "") && (labels[1] ?? "").length === 2;
}

/** Sorted and without repetitions; the problems by the index of their entry. */
export function parseDomains(list: readonly string[]): {
	domains: string[];
	problems: { index: number; message: string }[];
} {
	const problems: { index: number; message: string }[] = [];
	const domains = new Set<string>();
	for (const [index, text] of list.entries()) {
		const parsed = parseDomain(text);
		if ("problem" in parsed) problems.push({ index, message: parsed.problem });
		else domains.add(parsed.domain);
	}
	return { domains: [...domains].sort(), problems };
}

/** The entry that lets a name through; null when none does. `name` may come with capitals and with its last dot. */
export function matchingEntry(domains: readonly string[], name: string): string | null {
	const asked = name.toLowerCase().replace(/\.$/, "");
	return domains.find((entry) => (entry.startsWith("*.") ? asked.endsWith(entry.slice(1)) : asked === entry)) ?? null;
}

/** Whether a box that changes from one policy to the other loses nothing that it may do now: then no connection has to be cut. */
export function isWidening(from: PolicyInForce, to: PolicyInForce): boolean {
	if (!from.services.every((service) => to.services.includes(service))) return false;
	if (to.mode === "observe") return true;
	if (from.mode !== "enforce" || to.mode !== "enforce") return from.mode === "none";
	return from.domains.every((domain) => to.domains.includes(domain));
}

/** How the row of a box says what its filter enforces; and how policies are told apart. */
export function appliedPolicy({ mode, domains, services }: PolicyInForce): string {
	return JSON.stringify(services.length > 0 ? [mode, domains, services] : [mode, domains]);
}

export function parseAppliedPolicy(text: string): PolicyInForce {
	const [mode, domains, services = []] = JSON.parse(text) as [NetworkMode, string[], string[]?];
	return { mode, domains, services };
}
