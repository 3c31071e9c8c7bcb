import type { Step } from "../runner/pipeline.ts";

/** Opens the box to its users: from this write on it is `ready`. */
export const publishAccess: Step = {
	name: "publish_access",
	timeoutMs: 30_000,
	attemptsMax: 3,
	async run() {
		return {
			message: "Ready: terminals can be opened.",
			box: { from: ["provisioning"], to: "ready", set: { power: "running", readyAt: "now", reason: null } },
		};
	},
};
