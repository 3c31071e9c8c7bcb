/** One step: leave, asked for by the box's owner. A box that is stopped instead leaves with that. */
import type { Pipeline } from "../runner/pipeline.ts";
import { leaveTailscale as leaveStep } from "../steps/leave-tailscale.ts";

export const leaveTailscale: Pipeline = {
	name: "leave-tailscale",
	wants: ["running"],
	steps: [leaveStep],
	onFailure: () => ({ isUndone: false }),
};
