/** The row of a network policy that was asked for or is the default; refused where there is none such, or nothing could enforce it. */
import { findPolicyByName, listPolicyRows, type NetworkChoice } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import type { PolicyAsk } from "../../domain/egress-policy.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";

/** `place`: where the request said it, for the answer. @throws AppError `invalid`, before anything is made. */
export async function choosePolicy(
	{ db }: Pick<Deps, "db">,
	actor: Actor,
	o: { ask: PolicyAsk; place: readonly string[]; canEnforce: () => Promise<boolean> },
): Promise<NetworkChoice> {
	const { choice, mode } = await choiceOf({ db }, actor, o);
	if (mode !== "open" && !(await o.canEnforce()))
		throw invalidPolicy(
			o.place,
			"No host here can enforce a network policy: it needs the product to be started as root on the host. Use the mode open, or ask the operator.",
		);
	return choice;
}

async function choiceOf(
	{ db }: Pick<Deps, "db">,
	actor: Actor,
	{ ask, place }: { ask: PolicyAsk; place: readonly string[] },
): Promise<{ choice: NetworkChoice; mode: string }> {
	if (!("policy" in ask)) {
		const { mode, egress_domains: domains } = ask;
		return { choice: { networkMode: mode, networkDomains: [...domains], networkPolicyId: null }, mode };
	}
	const policy = await findPolicyByName(db, actor, ask.policy);
	if (policy)
		return { choice: { networkMode: "none", networkDomains: [], networkPolicyId: policy.id }, mode: policy.mode };
	const known = (await listPolicyRows(db, actor)).map((row) => row.name).join(", ");
	throw invalidPolicy(
		[...place, "policy"],
		`There is no network policy ${JSON.stringify(ask.policy)}. Known: ${known || "none yet"}.`,
	);
}

function invalidPolicy(place: readonly string[], msg: string): AppError {
	return new AppError({
		code: "invalid",
		message: msg,
		fields: [{ loc: ["body", ...place], msg, type: "value_error" }],
	});
}
