/** Reads the lines that a filter's proxy and resolver write. Names come from boxes: anything that is not of the expected form is dropped. */

export type Decision = {
	/** Of the box, on the fence. */
	address: string;
	protocol: "http" | "tls" | "tcp" | "dns";
	/** What was asked for: a name, or an address where none was named. */
	name: string;
	port: number;
	verdict: "allowed" | "observed" | "blocked";
	/** Why not: not_listed, no_name, unresolved, denied_address. Empty for what is allowed. */
	why: string;
	/** The entry that allowed it. */
	rule: string;
};

const proxyLine =
	/^decision (http|tls|tcp) ([\d.]+) (\d{1,5}) (allowed|observed|blocked) ([a-z_-]+) ([\w.%-]{1,760}) ([a-z0-9.*-]{1,255}) ([\d.]+|-)$/;
/** A question that was answered with "no such name", of whatever kind and class: the proxy never hears of that name. */
const resolverLine = /info: ([\d.]+) ([\w.*?-]{1,255})\. ([A-Z0-9]+) [A-Z0-9]+ (NXDOMAIN|REFUSED) /;
/** Nearly every question for an A comes with one for an AAAA: one of the two is enough. */
const uncounted = new Set(["AAAA"]);

export function parseDecision(line: string): Decision | null {
	const [, protocol, address, port, verdict, why, name, rule, asked] = proxyLine.exec(line) ?? [];
	if (protocol && address && asked)
		return {
			address,
			protocol: protocol as Decision["protocol"],
			name: dashless(name) || dashless(asked),
			port: Number(port),
			verdict: verdict as Decision["verdict"],
			why: dashless(why),
			rule: dashless(rule),
		};
	const [, asker, question, kind] = resolverLine.exec(line) ?? [];
	if (!asker || !question || uncounted.has(kind ?? "")) return null;
	const questioned = {
		name: question.toLowerCase(),
		port: 53,
		verdict: "blocked",
		why: "not_listed",
		rule: "",
	} as const;
	return { address: asker, protocol: "dns", ...questioned };
}

/** An observed box is told what it would be told without a filter: a name that has no answer there is blocked by nobody. */
export function asObserved<D extends { protocol: string; verdict: string; why: string }>(decision: D): D {
	return decision.protocol === "dns" ? { ...decision, verdict: "observed", why: "unresolved" } : decision;
}

function dashless(text: string | undefined): string {
	return text === undefined || text === "-" ? "" : text;
}
