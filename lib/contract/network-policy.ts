/** What a request or a default says about a network: a mode and a list, or the name of a policy. */
import { z } from "zod";
import { networkModes, type PolicyAsk, parseDomains, policyDomainsMax } from "../domain/egress-policy.ts";

const domainsInNormalForm = z.array(z.string()).meta({ description: "In normal form, sorted" });

export const networkPolicyRequest = z
	.strictObject({
		mode: z.enum(networkModes).optional().meta({
			description: "open, enforce (the listed names alone), observe (everything, noted) or none; enforce when left out",
		}),
		egress_domains: z
			.array(z.string())
			.max(policyDomainsMax, `At most ${policyDomainsMax} names.`)
			.optional()
			.meta({ description: "Names as `example.com`; `*.example.com` is every name below it", example: ["github.com"] }),
		policy: z.string().max(40).optional().meta({ description: "Name of a policy of the workspace, instead" }),
	})
	.transform((asked, context): PolicyAsk => {
		const refuse = (path: (string | number)[], message: string) => {
			context.addIssue({ code: "custom", path, message });
			return z.NEVER;
		};
		if (asked.policy !== undefined) {
			if (asked.mode === undefined && asked.egress_domains === undefined) return { policy: asked.policy };
			const message = "A named policy says its mode and its names itself: leave `mode` and `egress_domains` out.";
			return refuse(["policy"], message);
		}
		const mode = asked.mode ?? "enforce";
		const list = asked.egress_domains ?? [];
		if ((mode === "open" || mode === "none") && list.length > 0)
			return refuse(["egress_domains"], `The mode ${mode} takes no names: use enforce, or leave them out.`);
		if (mode === "enforce" && list.length === 0)
			return refuse(
				["egress_domains"],
				"The mode enforce wants at least one name. For no network at all the mode is none.",
			);
		const { domains, problems } = parseDomains(list);
		for (const { index, message } of problems) refuse(["egress_domains", index], message);
		return problems.length > 0 ? z.NEVER : { mode, egress_domains: domains };
	})
	.meta({ id: "NetworkPolicyRequest" });

/** The same, as it is answered. */
export const networkPolicyValue = z
	.union([
		z.object({ policy: z.string().meta({ description: "Name of a policy of the workspace" }) }),
		z.object({ mode: z.enum(networkModes), egress_domains: domainsInNormalForm }),
	])
	.meta({ id: "NetworkPolicyValue" });
