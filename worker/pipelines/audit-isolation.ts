/** From a request to a dated report: a canary like any box, what it tries, and its end. Whatever happens, no instance stays. */
import type { Pipeline } from "../runner/pipeline.ts";
import { auditIsolation as auditStep } from "../steps/audit-isolation.ts";
import { provision } from "../steps/provision.ts";
import { failureReason } from "./failure-reason.ts";

export const auditIsolation: Pipeline = {
	name: "audit-isolation",
	wants: ["running"],
	steps: [provision, auditStep],
	whileWaiting: { from: ["requested", "provisioning"], to: "requested" },
	onFailure: ({ step, message }) => ({
		isUndone: true,
		box: {
			from: ["requested", "provisioning"],
			to: "failed",
			set: { power: "off", address: null, reason: failureReason(step, message), releasedAt: "now" },
		},
	}),
};
