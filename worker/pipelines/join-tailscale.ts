/** One step: join, asked for by the box's owner or for a reboot from inside. A box whose join fails goes on as it is, and the operation says why. */
import type { Pipeline } from "../runner/pipeline.ts";
import { joinTailscale as joinStep } from "../steps/join-tailscale.ts";

export const joinTailscale: Pipeline = {
	name: "join-tailscale",
	wants: ["running"],
	steps: [joinStep],
	onFailure: () => ({ isUndone: false }),
};
