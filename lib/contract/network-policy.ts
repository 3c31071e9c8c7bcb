/** What a request or a default says about a network: a mode and a list, or the name of a policy. */
import { z } from "zod";
import {
	networkModes,
	type PolicyAsk,
	parseDomains,
	policyDomainsMax,
	type SetupPhase,
	setupModes,
} from "../domain/egress-policy.ts";

const domainsInNormalForm = z.array(z.string()).meta({ description: "In normal form, sorted" });

/** A list as people write it: every entry at fault is told by its place. */
export const domainList = z
	.array(z.string())
	.max(policyDomainsMax, `At most ${policyDomainsMax} names.`)
	.transform((list, context) => {
		const parsed = parseDomains(list);
		for (const { index, message } of parsed.problems) context.addIssue({ code: "custom", path: [index], message });
		return parsed.problems.length > 0 ? z.NEVER : parsed.domains;
	})
	.meta({ description: "Names as `example.com`; `*.example.com` is every name below it", example: ["github.com"] });

export const setupPhase = z
	.strictObject({
		mode: z
			.enum(setupModes)
			.optional()
			.meta({ description: "observe: everything public, noted; enforce: `egress_domains` as well" }),
		egress_domains: domainList.optional(),
	})
	.transform((asked, context): SetupPhase => {
		const names = asked.egress_domains ?? [];
		const mode = asked.mode ?? (names.length > 0 ? "enforce" : "observe");
		if ((mode === "observe") !== names.length > 0) return { mode, egress_domains: names };
		const message =
			mode === "observe"
				? "The mode observe lets everything public through: leave the names out, or use enforce."
				: "The mode enforce wants at least one name that is needed for the setup.";
		context.addIssue({ code: "custom", path: ["egress_domains"], message });
		return z.NEVER;
	})
	.meta({ id: "NetworkSetupRequest" });

export const networkPolicyRequest = z
	.strictObject({
		mode: z.enum(networkModes).optional().meta({
			description: "open, enforce (the listed names alone), observe (everything, noted) or none; enforce when left out",
		}),
		egress_domains: domainList.optional(),
		setup: setupPhase.optional().meta({
			description:
				"What is allowed besides while repositories are cloned and setup commands run; ends before it is ready",
		}),
		policy: z.string().max(40).optional().meta({ description: "Name of a policy of the workspace, instead" }),
	})
	.transform(({ policy, ...own }, context): PolicyAsk => {
		const refuse = (path: string, message: string) => {
			context.addIssue({ code: "custom", path: [path], message });
			return z.NEVER;
		};
		if (policy !== undefined) {
			if (Object.values(own).every((value) => value === undefined)) return { policy };
			return refuse("policy", "A named policy says its mode and its names itself: leave all else out.");
		}
		const { mode = "enforce", egress_domains = [], setup } = own;
		if ((mode === "open" || mode === "none") && egress_domains.length > 0)
			return refuse("egress_domains", `The mode ${mode} takes no names: use enforce, or leave them out.`);
		if (mode === "enforce" && egress_domains.length === 0)
			return refuse(
				"egress_domains",
				"The mode enforce wants at least one name. For no network at all the mode is none.",
			);
		if (setup && (mode === "open" || mode === "observe"))
			return refuse("setup", `The mode ${mode} blocks nothing, so that a setup needs nothing besides.`);
		return { mode, egress_domains, ...(setup && { setup }) };
	})
	.meta({ id: "NetworkPolicyRequest" });

export const setupPhaseValue = z
	.object({ mode: z.enum(setupModes), egress_domains: domainsInNormalForm })
	.meta({ id: "NetworkSetup" });

/** The same, as it is answered. */
export const networkPolicyValue = z
	.union([
		z.object({ policy: z.string().meta({ description: "Name of a policy of the workspace" }) }),
		z.object({
			mode: z.enum(networkModes),
			egress_domains: domainsInNormalForm,
			setup: setupPhaseValue.optional(),
		}),
	])
	.meta({ id: "NetworkPolicyValue" });
