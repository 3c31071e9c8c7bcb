/** Network policies: of a devbox, and with a name for several. The default is one of the workspace's (workspace-defaults.ts). */
import { z } from "zod";
import { networkModes } from "../domain/egress-policy.ts";
import { devboxIdParams } from "./devboxes.ts";
import { networkDecision } from "./network-decision.ts";
import { domainList, networkPolicyRequest, setupPhase, setupPhaseValue } from "./network-policy.ts";
import { networkRequestResponse } from "./network-requests.ts";
import { defineOperations, signedIn } from "./operation.ts";

const timestamp = z.iso.datetime();

const domains = z.array(z.string()).meta({ description: "In normal form, sorted" });

export const devboxNetworkResponse = z
	.object({
		mode: z.enum(networkModes),
		egress_domains: domains,
		setup: setupPhaseValue.nullable().meta({ description: "Allowed besides while it is set up" }),
		is_setting_up: z.boolean().meta({ description: "Whether `setup` holds now" }),
		policy: z.string().nullable().meta({ description: "The named policy that it follows" }),
		internal_services: z
			.array(z.string())
			.meta({ description: "`address:port` that names may lead to now, though the address is private" }),
		is_locked: z.boolean().meta({ description: "The workspace's default holds for everybody" }),
		enforcement: z.enum(["open", "enforced", "pending", "down"]).meta({
			description: "pending: on its way, within 2 s; down: the filter does not run, so the box has no network",
		}),
		message: z.string().nullable(),
		requests: z.array(networkRequestResponse).meta({ description: "For names beside the policy, newest first" }),
		decisions: z.array(networkDecision).meta({ description: "The latest kinds, at most 300, newest first" }),
	})
	.meta({ id: "DevboxNetwork" });
export type DevboxNetworkResponse = z.infer<typeof devboxNetworkResponse>;

const listedMode = z.enum(["enforce", "observe", "none"]);

export const namedPolicyRequest = z
	.object({
		name: z
			.string()
			.regex(
				/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
				"A policy's name has up to 40 lower-case letters, digits and hyphens.",
			),
		mode: listedMode.default("enforce"),
		egress_domains: domainList.default([]),
		setup: setupPhase.nullable().default(null),
	})
	.meta({ id: "NamedNetworkPolicyRequest" });
export type NamedPolicyRequest = z.output<typeof namedPolicyRequest>;

export const changeNamedPolicyRequest = z
	.object({
		mode: listedMode.optional(),
		egress_domains: domainList.optional(),
		setup: setupPhase.nullable().optional(),
		add_domains: domainList.optional().meta({ description: "Beside those that it has" }),
		updated_at: timestamp.optional().meta({
			description: "Of the policy that the change was made from: refused with `conflict` when it was changed since",
		}),
	})
	.meta({ id: "ChangeNamedNetworkPolicyRequest" });
export type ChangeNamedPolicyRequest = z.output<typeof changeNamedPolicyRequest>;

export const namedPolicyResponse = z
	.object({
		id: z.string(),
		name: z.string(),
		mode: listedMode,
		egress_domains: domains,
		setup: setupPhaseValue.nullable(),
		devbox_count: z.number().meta({ description: "Devboxes that follow it and are not gone" }),
		updated_at: timestamp,
	})
	.meta({ id: "NamedNetworkPolicy" });
export type NamedPolicyResponse = z.infer<typeof namedPolicyResponse>;

export const policyUseResponse = z
	.object({
		devbox_id: z.string(),
		devbox_name: z.string(),
		owner: z.string().meta({ description: "Login" }),
		is_running: z.boolean(),
	})
	.meta({ id: "NetworkPolicyUse" });
export type PolicyUseResponse = z.infer<typeof policyUseResponse>;

export const networkProposalResponse = z
	.object({
		entries: z.array(
			z.object({
				entry: z.string().meta({ description: "For a list: a name, or `*.` of a domain that several names are below" }),
				count: z.number().meta({ description: "How often it was asked for" }),
				names: z.array(z.string()).meta({ description: "What was seen of it" }),
			}),
		),
	})
	.meta({ id: "NetworkProposal" });
export type NetworkProposalResponse = z.infer<typeof networkProposalResponse>;

const policyParams = z.object({ id: z.string().meta({ description: "Id of the policy, `netp_…`" }) });

export const networkOperations = defineOperations({
	getDevboxNetwork: {
		id: "getDevboxNetwork",
		method: "GET",
		path: "/devboxes/{id}/network",
		summary: "A devbox's network policy, whether it is in force, and what was decided by it",
		scope: "devbox:read",
		params: devboxIdParams,
		rateLimit: "poll",
		response: { status: 200, body: devboxNetworkResponse },
		errors: [...signedIn, "not_found"],
	},
	changeDevboxNetwork: {
		id: "changeDevboxNetwork",
		method: "PATCH",
		path: "/devboxes/{id}/network",
		summary: "Give a devbox another network policy; in force within 2 s, connections that lose by it are cut",
		scope: "devbox:write",
		params: devboxIdParams,
		body: networkPolicyRequest,
		response: { status: 200, body: devboxNetworkResponse },
		errors: [...signedIn, "not_found", "wrong_state", "invalid"],
	},
	proposeDevboxNetwork: {
		id: "proposeDevboxNetwork",
		method: "GET",
		path: "/devboxes/{id}/network/proposal",
		summary: "A list to review, from what a devbox asked for and its policy does not list",
		scope: "devbox:read",
		params: devboxIdParams,
		response: { status: 200, body: networkProposalResponse },
		errors: [...signedIn, "not_found"],
	},
	listNetworkPolicies: {
		id: "listNetworkPolicies",
		method: "GET",
		path: "/network-policies",
		summary: "List the workspace's named network policies",
		scope: "devbox:read",
		response: { status: 200, body: z.object({ data: z.array(namedPolicyResponse) }) },
		errors: signedIn,
	},
	createNetworkPolicy: {
		id: "createNetworkPolicy",
		method: "POST",
		path: "/network-policies",
		summary: "Make a named network policy",
		scope: "admin",
		body: namedPolicyRequest,
		response: { status: 201, body: namedPolicyResponse },
		errors: [...signedIn, "name_taken", "invalid"],
	},
	changeNetworkPolicy: {
		id: "changeNetworkPolicy",
		method: "PATCH",
		path: "/network-policies/{id}",
		summary: "Change a named network policy, for every devbox that follows it",
		scope: "admin",
		params: policyParams,
		body: changeNamedPolicyRequest,
		response: { status: 200, body: namedPolicyResponse },
		errors: [...signedIn, "not_found", "invalid", "conflict"],
	},
	deleteNetworkPolicy: {
		id: "deleteNetworkPolicy",
		method: "DELETE",
		path: "/network-policies/{id}",
		summary: "Remove a named network policy that no devbox follows",
		scope: "admin",
		params: policyParams,
		response: { status: 204, body: null },
		errors: [...signedIn, "not_found", "conflict"],
	},
	listNetworkPolicyUses: {
		id: "listNetworkPolicyUses",
		method: "GET",
		path: "/network-policies/{id}/devboxes",
		summary: "See which devboxes follow a named network policy",
		scope: "admin",
		permission: "devbox.read_any",
		params: policyParams,
		response: { status: 200, body: z.object({ data: z.array(policyUseResponse) }) },
		errors: [...signedIn, "not_found"],
	},
});
