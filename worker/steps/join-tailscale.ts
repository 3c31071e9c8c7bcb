import type { Step } from "../runner/pipeline.ts";
import { joinTailnet } from "../tailscale/join-tailnet.ts";

/** The message of a box that goes on without begins with `Warning`, which the timeline marks. */
export const joinTailscale: Step = {
	name: "join_tailscale",
	timeoutMs: 150_000,
	attemptsMax: 2,
	async run(ctx) {
		return { message: (await joinTailnet(ctx)) ?? "This devbox joins no tailnet any more." };
	},
};
