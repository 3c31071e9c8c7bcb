/** What a create says about Tailscale, where what is left out is the workspace's; and a change, where it stays as it is. */
import { z } from "zod";
import { clientIdProblem, hostnameProblem, loginServerProblem, tagProblem, tagsMax } from "../domain/tailscale.ts";
import { textWithout } from "./text-without.ts";

export const clientId = textWithout(clientIdProblem).meta({ description: "Of the federated identity at Tailscale" });
export const tags = z
	.array(textWithout(tagProblem))
	.max(tagsMax, `At most ${tagsMax} tags.`)
	.meta({ description: "What the node is and may do, by the tailnet's policy", example: ["tag:devbox"] });
export const hostname = textWithout(hostnameProblem).meta({
	description: "Of the node; {name} stands for the devbox's name",
});
export const loginServer = textWithout(loginServerProblem)
	.transform((text) => text.replace(/\/$/, ""))
	.meta({ description: "Another coordination server than Tailscale's own" });

export const tailscaleRequest = z
	.strictObject({
		enabled: z.boolean().optional().meta({
			description: "When left out: true beside another field, else the workspace's default, or in a change as it is",
		}),
		client_id: clientId.optional(),
		tags: tags.min(1, "At least one tag.").optional(),
		hostname: hostname.optional(),
		login_server: loginServer.nullable().optional(),
	})
	.meta({ id: "TailscaleRequest" });
export type TailscaleRequest = z.output<typeof tailscaleRequest>;
