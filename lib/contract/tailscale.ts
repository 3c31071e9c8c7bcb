/** Tailscale: what devboxes join, for the workspace and for one of them. */
import { z } from "zod";
import { failureChoices, hostnameDefault, joinStatuses } from "../domain/tailscale.ts";
import { devboxIdParams } from "./devboxes.ts";
import { defineOperations, signedIn } from "./operation.ts";
import { clientId, hostname, loginServer, tags, tailscaleRequest } from "./tailscale-request.ts";

const timestamp = z.iso.datetime();

export const tailscaleSettingsRequest = z
	.object({
		is_enabled: z.boolean().meta({ description: "Devboxes join that say nothing" }),
		is_locked: z.boolean().default(false).meta({ description: "No devbox may differ" }),
		client_id: clientId.nullable().default(null),
		tags: tags.default([]),
		hostname: hostname.default(hostnameDefault),
		login_server: loginServer.nullable().default(null),
		on_failure: z
			.enum(failureChoices)
			.default("warn")
			.meta({ description: "warn: a devbox that cannot join is ready without; fail: its create or start fails" }),
	})
	.meta({ id: "TailscaleSettingsRequest" });
export type TailscaleSettingsRequest = z.output<typeof tailscaleSettingsRequest>;

export const tailscaleResponse = z
	.object({
		is_enabled: z.boolean(),
		is_locked: z.boolean(),
		client_id: z.string().nullable(),
		tags: z.array(z.string()),
		hostname: z.string(),
		login_server: z.string().nullable(),
		on_failure: z.enum(failureChoices),
		updated_at: timestamp.nullable(),
		updated_by: z.string().nullable(),
		enter_at_tailscale: z
			.object({ issuer: z.string(), subject: z.string(), audience: z.string().nullable(), scope: z.string() })
			.meta({ description: "Of the federated identity; `audience` is known with the client id" }),
		problem: z.string().nullable().meta({ description: "Why no devbox can join; null when they can" }),
	})
	.meta({ id: "Tailscale" });
export type TailscaleResponse = z.infer<typeof tailscaleResponse>;

export const tailscaleTestResponse = z
	.object({
		ok: z.boolean(),
		checks: z.array(z.object({ name: z.string(), status: z.enum(["ok", "failed", "skipped"]), message: z.string() })),
	})
	.meta({ id: "TailscaleTest" });
export type TailscaleTestResponse = z.infer<typeof tailscaleTestResponse>;

export const devboxTailscaleResponse = z
	.object({
		enabled: z.boolean(),
		status: z
			.enum(joinStatuses)
			.nullable()
			.meta({ description: "null when it is not enabled; pending of one that is not: it leaves just now" }),
		message: z.string().nullable().meta({ description: "Why it has not joined (yet)" }),
		node_name: z.string().nullable(),
		addresses: z.array(z.string()),
		client_id: z.string().nullable(),
		tags: z.array(z.string()),
		hostname: z.string().nullable(),
		login_server: z.string().nullable(),
		changed_at: timestamp.nullable(),
	})
	.meta({ id: "DevboxTailscale" });
export type DevboxTailscaleResponse = z.infer<typeof devboxTailscaleResponse>;

export const tailscaleOperations = defineOperations({
	getTailscale: {
		id: "getTailscale",
		method: "GET",
		path: "/tailscale",
		summary: "How devboxes of the workspace join a tailnet, and what to enter at Tailscale",
		scope: "devbox:read",
		response: { status: 200, body: tailscaleResponse },
		errors: signedIn,
	},
	setTailscale: {
		id: "setTailscale",
		method: "PUT",
		path: "/tailscale",
		summary: "Set how devboxes join that are made from now on",
		scope: "admin",
		body: tailscaleSettingsRequest,
		response: { status: 200, body: tailscaleResponse },
		errors: [...signedIn, "invalid"],
	},
	testTailscale: {
		id: "testTailscale",
		method: "POST",
		path: "/tailscale/test",
		summary: "Try it: read our keys as others do, and exchange a token with the coordination server",
		scope: "admin",
		response: { status: 200, body: tailscaleTestResponse },
		errors: signedIn,
	},
	getDevboxTailscale: {
		id: "getDevboxTailscale",
		method: "GET",
		path: "/devboxes/{id}/tailscale",
		summary: "Whether a devbox has joined its tailnet, as which node, or why not",
		scope: "devbox:read",
		params: devboxIdParams,
		rateLimit: "poll",
		response: { status: 200, body: devboxTailscaleResponse },
		errors: [...signedIn, "not_found"],
	},
	changeDevboxTailscale: {
		id: "changeDevboxTailscale",
		method: "PATCH",
		path: "/devboxes/{id}/tailscale",
		summary:
			"Have a devbox join a tailnet, leave it, or join otherwise; at once while it runs, else with its next start",
		scope: "devbox:write",
		params: devboxIdParams,
		body: tailscaleRequest,
		response: { status: 200, body: devboxTailscaleResponse },
		errors: [...signedIn, "not_found", "wrong_state", "invalid"],
	},
	joinTailscale: {
		id: "joinTailscale",
		method: "POST",
		path: "/devboxes/{id}/tailscale/join",
		summary: "Have a running devbox join its tailnet again, as a new node",
		scope: "devbox:write",
		params: devboxIdParams,
		response: { status: 202, body: devboxTailscaleResponse },
		errors: [...signedIn, "not_found", "wrong_state"],
	},
});
