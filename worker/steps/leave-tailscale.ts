import type { Step } from "../runner/pipeline.ts";
import { settleTailnet } from "../tailscale/settle-tailnet.ts";

export const leaveTailscale: Step = {
	name: "leave_tailscale",
	timeoutMs: 240_000,
	attemptsMax: 2,
	run: async (ctx) => ({ message: await settleTailnet(ctx) }),
};
