/** What a devbox was made with, and the rules by which it is stopped and destroyed by itself. */
import { z } from "zod";
import { accessModes } from "../domain/devbox-access.ts";
import { idleTimeoutNames } from "../domain/lifetime-rules.ts";
import { valueSources } from "../domain/resolve-inputs.ts";
import { sizeNames } from "../domain/sizes.ts";
import { autoStopIdleTimeout, expiresAfter } from "./devbox-inputs.ts";
import { networkPolicyValue } from "./network-policy.ts";

function resolvedField<T extends z.ZodType>(value: T) {
	return z.object({ value, from: z.enum(valueSources) });
}

export const resolvedInputs = z
	.object({
		image: resolvedField(z.string()),
		size: resolvedField(z.enum(sizeNames)),
		repository: resolvedField(z.object({ url: z.string(), branch: z.string().nullable() }).nullable()),
		setup_commands: resolvedField(z.number()).meta({ description: "How many" }),
		setup_timeout_seconds: resolvedField(z.number()),
		auto_stop_idle_timeout: resolvedField(z.enum(idleTimeoutNames)),
		expires_after: resolvedField(z.string()),
		network_policy: resolvedField(networkPolicyValue)
			.optional()
			.meta({ description: "Not there for a devbox that was made before this was kept" }),
	})
	.meta({ id: "ResolvedInputs" });

export const updateDevboxRequest = z
	.object({
		access_mode: z.enum(accessModes).optional(),
		credentials_withheld: z.boolean().optional().meta({
			description:
				"false: your GitHub connection, your secrets in all boxes and ID tokens are used in it. By a signed-in browser, or a token with the scopes exec and secret:use",
		}),
		auto_stop_idle_timeout: autoStopIdleTimeout
			.optional()
			.meta({ description: "The countdown begins anew, also when the rule stays as it is" }),
		expires_after: expiresAfter.optional().meta({ description: "From now on" }),
	})
	.meta({ id: "UpdateDevboxRequest" });
export type UpdateDevboxRequest = z.output<typeof updateDevboxRequest>;
