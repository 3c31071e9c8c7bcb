import type { Step } from "../runner/pipeline.ts";
import { leaveTailnet } from "../tailscale/join-tailnet.ts";
import { removeInstance } from "./remove-instance.ts";

/** Takes the machine down. For its readers the box has been `destroyed` since the DELETE; here its name becomes free. */
export const destroy: Step = {
	name: "destroy",
	timeoutMs: 120_000,
	attemptsMax: 5,
	async run(ctx) {
		await ctx.endTickets();
		if (ctx.devbox.hostId) await leaveTailnet(ctx);
		await removeInstance(ctx);
		return {
			message: ctx.devbox.hostId ? `Machine ${ctx.instance} is gone from its host.` : "No machine had been made yet.",
			box: { from: ["destroyed"], set: { power: "off", address: null, releasedAt: "now" } },
		};
	},
};
