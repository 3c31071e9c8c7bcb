/** What a request says about a devbox's network: a mode and a list, or the name of a policy. */
import { z } from "zod";
import { networkModes, parseDomains, policyDomainsMax } from "../domain/egress-policy.ts";

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
	.transform((asked, context) => {
		if (asked.policy !== undefined) {
			if (asked.mode === undefined && asked.egress_domains === undefined) return { policy: asked.policy };
			context.addIssue({
				code: "custom",
				path: ["policy"],
				message: "A named policy says its mode and its names itself: leave `mode` and `egress_domains` out.",
			});
			return z.NEVER;
		}
		const mode = asked.mode ?? "enforce";
		const list = asked.egress_domains ?? [];
		if ((mode === "open" || mode === "none") && list.length > 0) {
			context.addIssue({
				code: "custom",
				path: ["egress_domains"],
				message: `The mode ${mode} takes no names: use enforce, or leave them out.`,
			});
			return z.NEVER;
		}
		if (mode === "enforce" && list.length === 0) {
			context.addIssue({
				code: "custom",
				path: ["egress_domains"],
				message: "The mode enforce wants at least one name. For no network at all the mode is none.",
			});
			return z.NEVER;
		}
		const { domains, problems } = parseDomains(list);
		for (const { index, message } of problems)
			context.addIssue({ code: "custom", path: ["egress_domains", index], message });
		return problems.length > 0 ? z.NEVER : { policy: undefined, mode, domains };
	})
	.meta({ id: "NetworkPolicyRequest" });
export type NetworkPolicyRequest = z.output<typeof networkPolicyRequest>;
