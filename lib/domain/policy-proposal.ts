/**
 * A list to review, from what was seen: every name that was asked for and is not listed, with how often. Several names below one
 * domain are folded into `*.` of it, with the names that it stands for; a domain that anybody may register under is never folded.
 */
import { matchingEntry, parseDomain } from "./egress-policy.ts";

export type SeenName = { name: string; count: number; why: string };
export type ProposedEntry = {
	/** For a list, in normal form. */
	entry: string;
	count: number;
	/** What was seen of it: one name, or those that it folds. */
	names: string[];
};

/** Fewer names below a domain are listed one by one: a wildcard allows more than was seen. */
export const foldedNamesMin = 3;

/** The most asked for first. Names that no list can have (addresses, single labels) and those that lead nowhere are left out. */
export function proposeEntries(seen: readonly SeenName[], listed: readonly string[]): ProposedEntry[] {
	const counts = new Map<string, number>();
	for (const { name, count, why } of seen) {
		const parsed = parseDomain(name);
		if (!("domain" in parsed) || why === "unresolved" || why === "denied_address") continue;
		if (matchingEntry(listed, parsed.domain) === null)
			counts.set(parsed.domain, (counts.get(parsed.domain) ?? 0) + count);
	}
	const folded = foldedDomains([...counts.keys()]);
	const entries = new Map<string, ProposedEntry>();
	for (const [name, count] of counts) {
		const parent = folded.find((domain) => name.endsWith(`.${domain}`));
		const entry = parent ? `*.${parent}` : name;
		const known = entries.get(entry) ?? { entry, count: 0, names: [] };
		entries.set(entry, { entry, count: known.count + count, names: [...known.names, name].sort() });
	}
	return [...entries.values()].sort((a, b) => b.count - a.count || (a.entry < b.entry ? -1 : 1));
}

/** Domains with enough names below them, the narrowest first: `a.cdn.example.com` is folded into `*.cdn.example.com` where that is enough. */
function foldedDomains(names: readonly string[]): string[] {
	const below = new Map<string, Set<string>>();
	for (const name of names) {
		const labels = name.split(".");
		for (let from = 1; from <= labels.length - 2; from++) {
			const domain = labels.slice(from).join(".");
			if ("domain" in parseDomain(`*.${domain}`)) below.set(domain, (below.get(domain) ?? new Set()).add(name));
		}
	}
	const depth = (domain: string) => domain.split(".").length;
	const domains = [...below].sort(([a], [b]) => depth(b) - depth(a) || (a < b ? -1 : 1));
	const taken = new Set<string>();
	const folded: string[] = [];
	for (const [domain, all] of domains) {
		const left = [...all].filter((name) => !taken.has(name));
		if (left.length < foldedNamesMin) continue;
		for (const name of left) taken.add(name);
		folded.push(domain);
	}
	return folded;
}
