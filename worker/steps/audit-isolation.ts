import type { Step } from "../runner/pipeline.ts";
import { removeInstance } from "./remove-instance.ts";

/** The canary tries everything, the report is written, and the canary is gone. */
export const auditIsolation: Step = {
	name: "audit_isolation",
	timeoutMs: 15 * 60_000,
	attemptsMax: 2,
	async run(ctx) {
		const message = await ctx.auditIsolation();
		await removeInstance(ctx);
		return {
			message,
			box: { from: ["provisioning"], to: "destroyed", set: { power: "off", address: null, releasedAt: "now" } },
		};
	},
	undo: (ctx) => ctx.endAudit(),
};
