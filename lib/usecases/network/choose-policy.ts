/** The row of a network policy that was asked for or is the default; refused where there is none such, or nothing could enforce it. */
import { findPolicyByName, listPolicyRows, type NetworkChoice } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import type { PolicyAsk } from "../../domain/egress-policy.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";

/** `hasSetup`: it allows more while a devbox is set up. */
export type ChosenPolicy = { choice: NetworkChoice; mode: string; hasSetup: boolean };

/** `place`: where the request said it, for the answer. @throws AppError `invalid`, before anything is made. */
export async function choosePolicy(
	{ db }: Pick<Deps, "db">,
	actor: Actor,
	o: { ask: PolicyAsk; place: readonly string[]; canEnforce: () => Promise<boolean> },
): Promise<ChosenPolicy> {
	const chosen = await choiceOf({ db }, actor, o);
	if (chosen.mode !== "open" && !(await o.canEnforce()))
		throw invalidPolicy(
			o.place,
			"No host here can enforce a network policy: it needs the product to be started as root on the host. Use the mode open, or ask the operator.",
		);
	return chosen;
}

async function choiceOf(
	{ db }: Pick<Deps, "db">,
	actor: Actor,
	{ ask, place }: { ask: PolicyAsk; place: readonly string[] },
): Promise<ChosenPolicy> {
	if (!("policy" in ask)) {
		const { mode: networkMode, egress_domains: networkDomains, setup } = ask;
		const phase = { networkSetupMode: setup?.mode ?? null, networkSetupDomains: setup?.egress_domains ?? [] };
		const choice = { networkMode, networkDomains, ...phase, networkPolicyId: null };
		return { choice, mode: networkMode, hasSetup: setup !== undefined };
	}
	const policy = await findPolicyByName(db, actor, ask.policy);
	// What stands beside a named policy is not read; should the policy ever be lost, nothing is open.
	const closed = { networkMode: "none", networkSetupMode: null } as const;
	if (policy) {
		const choice = { ...closed, networkDomains: [], networkSetupDomains: [], networkPolicyId: policy.id };
		return { choice, mode: policy.mode, hasSetup: policy.setupMode !== null };
	}
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
