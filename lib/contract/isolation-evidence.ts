/** Isolation evidence: a workspace's boxes, where each may go, and what was tried on their hosts, as of one moment. */
import { z } from "zod";
import { networkModes } from "../domain/egress-policy.ts";
import { joinStatuses } from "../domain/tailscale.ts";
import { internalServiceResponse } from "./internal-services.ts";
import { hostIsolation } from "./isolation.ts";
import { namedPolicyResponse } from "./network.ts";
import { networkPolicyValue, setupPhaseValue } from "./network-policy.ts";
import { networkRequestResponse } from "./network-requests.ts";
import { defineOperations, signedIn } from "./operation.ts";

const timestamp = z.iso.datetime();
const login = z.string().meta({ description: "Login" });

const evidenceDevbox = z
	.object({
		id: z.string(),
		name: z.string(),
		owner: login,
		host: z.object({ id: z.string(), name: z.string() }).nullable(),
		state: z.string(),
		created_at: timestamp,
		image_ref: z.string().meta({ description: "The exact image that it was made from" }),
		network: z.object({
			mode: z.enum(networkModes),
			egress_domains: z
				.array(z.string())
				.meta({ description: "In force: with approved names, and those of the setup" }),
			internal_services: z
				.array(z.string())
				.meta({ description: "`address:port` that its names may lead to, though the address is private" }),
			policy: z.string().nullable().meta({ description: "The named policy that it follows" }),
			setup: setupPhaseValue.nullable(),
			is_setting_up: z.boolean().meta({ description: "Whether `setup` holds" }),
			enforcement: z
				.enum(["open", "enforced", "pending", "down"])
				.meta({ description: "As the devbox's own page says it; pending also while it does not run" }),
			changed_at: timestamp.nullable().meta({
				description: "When it got another policy after `at`: what is said here is the later one",
			}),
		}),
		tailscale: z
			.object({ status: z.enum(joinStatuses), hostname: z.string(), tags: z.array(z.string()) })
			.nullable()
			.meta({ description: "null: it joins no tailnet" }),
	})
	.meta({ id: "EvidenceDevbox" });
export type EvidenceDevbox = z.infer<typeof evidenceDevbox>;

const evidenceHead = z.object({
	at: timestamp.meta({ description: "What it is evidence of" }),
	is_now: z.boolean().meta({ description: "False: `at` is past, and what is not dated is as it is today" }),
	generated_at: timestamp,
	generated_by: login,
	product_version: z.string(),
	workspace: z.object({ id: z.string(), name: z.string() }),
	problems: z.array(z.string()).meta({ description: "What an auditor should ask about; empty: nothing" }),
	devbox_count: z.number(),
	hosts: z
		.array(hostIsolation.extend({ devbox_count: z.number() }).meta({ id: "EvidenceHost" }))
		.meta({ description: "Those that the devboxes are on, with their last audit as of `at`" }),
	default_policy: z.object({
		value: networkPolicyValue,
		is_locked: z.boolean().meta({ description: "No devbox may differ" }),
		updated_at: timestamp.nullable().meta({ description: "null: as the product comes" }),
		updated_by: login.nullable(),
	}),
	policies: z.array(namedPolicyResponse),
	approvals: z
		.array(networkRequestResponse)
		.meta({ description: "Names that admins let devboxes reach, at most 1000" }),
	approval_count: z.number(),
	internal_services: z
		.array(internalServiceResponse)
		.meta({ description: "Private addresses that listed names may lead to; where `is_open` is false, none does" }),
	internal_ranges: z
		.array(z.string())
		.meta({ description: "What the operator opened for services, on one host or another, as of now" }),
	audiences: z.array(
		z.object({ audience: z.string(), description: z.string(), created_by: login, created_at: timestamp }),
	),
	changes_since: z.array(z.object({ action: z.string(), count: z.number() })).meta({
		description:
			"Of policies, approvals, internal services, audiences and tailnets since `at`, as far as the audit log goes",
	}),
});

const evidence = evidenceHead
	.extend({
		devboxes: z.array(evidenceDevbox).meta({ description: "Oldest first" }),
		next_cursor: z.string().nullable(),
	})
	.meta({ id: "IsolationEvidence" });
export type IsolationEvidence = z.infer<typeof evidence>;
export type EvidenceHead = z.infer<typeof evidenceHead>;

export const evidenceFormats = ["json", "markdown"] as const;
export type EvidenceFormat = (typeof evidenceFormats)[number];

const moment = z.iso
	.datetime({ offset: true })
	.optional()
	.meta({ description: "A past moment, ISO 8601; now when left out" });

const asks = [...signedIn, "invalid"] as const;

export const isolationEvidenceOperations = defineOperations({
	getIsolationEvidence: {
		id: "getIsolationEvidence",
		method: "GET",
		path: "/isolation-evidence",
		summary: "Devboxes, policies and isolation reports together, as of now or of a past moment",
		scope: "admin",
		permission: "evidence.read",
		query: z.object({
			at: moment,
			limit: z.coerce.number<number | string>().int().min(1).max(500).default(100),
			cursor: z.string().max(200).optional().meta({ description: "The `next_cursor` of the page before" }),
		}),
		response: { status: 200, body: evidence },
		errors: asks,
	},
	exportIsolationEvidence: {
		id: "exportIsolationEvidence",
		method: "GET",
		path: "/isolation-evidence/export",
		summary: "The same with every devbox, as a file to keep: JSON (an IsolationEvidence) or Markdown",
		scope: "admin",
		permission: "evidence.read",
		query: z.object({ at: moment, format: z.enum(evidenceFormats).default("json") }),
		response: { status: 200, body: z.string(), contentType: "application/octet-stream" },
		errors: [...asks, "rate_limited"],
	},
});
