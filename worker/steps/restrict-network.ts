/**
 * Ends what the network policy allowed for the setup alone. The filter has the narrower policy, and connections that it forbids are
 * cut, before the next step opens the box; a worker that dies here leaves a box that is not ready yet, and the next one begins again.
 */
import type { Step } from "../runner/pipeline.ts";

export const restrictNetwork: Step = {
	name: "restrict_network",
	timeoutMs: 60_000,
	attemptsMax: 5,
	async run(ctx) {
		await ctx.endNetworkSetup();
		await ctx.enforcePolicies();
		await ctx.tellNetwork();
		return { message: "What was allowed for the setup alone has ended." };
	},
};
