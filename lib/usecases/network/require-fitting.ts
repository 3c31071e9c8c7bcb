import { policyDomainsMax } from "../../domain/egress-policy.ts";
import { invalidField } from "../../domain/errors.ts";

/** That mode and names of a named policy go together, as those of a devbox must. @throws AppError `invalid` */
export function requireFitting(o: { mode: string; domains: readonly string[]; hasSetup: boolean }): void {
	const { mode, domains } = o;
	if (mode === "observe" && o.hasSetup)
		throw invalidField("setup", "The mode observe blocks nothing, so that a setup needs nothing besides.");
	if (new Set(domains).size > policyDomainsMax)
		throw invalidField("egress_domains", `At most ${policyDomainsMax} names.`);
	if (mode === "none" && domains.length > 0)
		throw invalidField("egress_domains", "The mode none takes no names: use enforce, or leave them out.");
	if (mode === "enforce" && domains.length === 0)
		throw invalidField(
			"egress_domains",
			"The mode enforce wants at least one name. For no network at all the mode is none.",
		);
}
