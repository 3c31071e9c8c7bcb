import type { Step } from "../runner/pipeline.ts";
import { settleTailnet } from "../tailscale/settle-tailnet.ts";

/** The message of a box that goes on without begins with `Warning`, which the timeline marks. */
export const joinTailscale: Step = {
	name: "join_tailscale",
	timeoutMs: 240_000,
	attemptsMax: 2,
	run: async (ctx) => ({ message: await settleTailnet(ctx) }),
};
