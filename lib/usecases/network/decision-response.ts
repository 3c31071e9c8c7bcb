import type { DecisionRow } from "../../db/network-decisions.ts";

export function toDecisionResponse({ firstAt, lastAt, protocol, name, port, verdict, why, rule, count }: DecisionRow) {
	const times = { first_at: firstAt.toISOString(), last_at: lastAt.toISOString() };
	return { protocol, name, port, verdict, why, rule, count, ...times };
}
