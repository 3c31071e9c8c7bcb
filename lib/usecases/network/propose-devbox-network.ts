import type { NetworkProposalResponse } from "../../contract/network.ts";
import { whyNotOwn } from "../../db/devboxes.ts";
import { listDecisionRows } from "../../db/network-decisions.ts";
import { findDevboxNetwork } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import { proposeEntries } from "../../domain/policy-proposal.ts";
import type { Deps } from "../deps.ts";

/** Of what was observed and what was blocked. It changes nothing: somebody picks from it. */
export async function proposeDevboxNetwork(
	{ db }: Deps,
	actor: Actor,
	{ params: { id } }: { params: { id: string } },
): Promise<NetworkProposalResponse> {
	const [network, decisions] = await Promise.all([findDevboxNetwork(db, actor, id), listDecisionRows(db, id)]);
	if (!network) throw await whyNotOwn(db, actor, id);
	return { entries: proposeEntries(decisions, network.domains) };
}
