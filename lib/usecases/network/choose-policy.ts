/** Which network policy a devbox gets: its own, a named one, or the workspace's default; refused where nothing could enforce it. */
import type { NetworkPolicyRequest } from "../../contract/network-policy.ts";
import {
	findPolicyByName,
	getNetworkDefaultRow,
	listPolicyRows,
	type NetworkChoice,
} from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import type { NetworkMode } from "../../domain/egress-policy.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";

/** `place`: where the request said it, for the answer. @throws AppError `invalid`, before anything is made. */
export async function choosePolicy(
	{ db }: Pick<Deps, "db">,
	actor: Actor,
	o: { asked: NetworkPolicyRequest | undefined; place: readonly string[]; canEnforce: () => Promise<boolean> },
): Promise<NetworkChoice> {
	const workspace = await getNetworkDefaultRow(db, actor);
	if (o.asked && workspace.networkLocked)
		throw invalidPolicy(o.place, "The workspace's network policy is locked: leave yours out, or ask an admin.");
	const choice = o.asked
		? await askedChoice({ db }, actor, { ...o, asked: o.asked })
		: {
				choice: {
					networkMode: workspace.networkMode as NetworkMode,
					networkDomains: workspace.networkDomains,
					networkPolicyId: null,
				},
				mode: workspace.networkMode,
			};
	if (choice.mode !== "open" && !(await o.canEnforce()))
		throw invalidPolicy(
			o.place,
			"No host here can enforce a network policy: it needs the product to be started as root on the host. Use the mode open, or ask the operator.",
		);
	return choice.choice;
}

async function askedChoice(
	{ db }: Pick<Deps, "db">,
	actor: Actor,
	o: { asked: NetworkPolicyRequest; place: readonly string[] },
): Promise<{ choice: NetworkChoice; mode: string }> {
	if (o.asked.policy === undefined) {
		const { mode, domains } = o.asked;
		return { choice: { networkMode: mode, networkDomains: domains, networkPolicyId: null }, mode };
	}
	const policy = await findPolicyByName(db, actor, o.asked.policy);
	if (policy)
		return { choice: { networkMode: "none", networkDomains: [], networkPolicyId: policy.id }, mode: policy.mode };
	const known = (await listPolicyRows(db, actor)).map((row) => row.name).join(", ");
	throw invalidPolicy(
		[...o.place, "policy"],
		`There is no network policy ${JSON.stringify(o.asked.policy)}. Known: ${known || "none yet"}.`,
	);
}

function invalidPolicy(place: readonly string[], msg: string): AppError {
	return new AppError({
		code: "invalid",
		message: msg,
		fields: [{ loc: ["body", ...place], msg, type: "value_error" }],
	});
}
