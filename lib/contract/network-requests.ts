/** What filters decided in the whole workspace, and the requests of members for names that their policies block. */
import { z } from "zod";
import { parseDomain } from "../domain/egress-policy.ts";
import { approvalTimeNames, networkRequestStatuses, requestWordsMax } from "../domain/network-request.ts";
import { devboxIdParams } from "./devboxes.ts";
import { networkDecision } from "./network-decision.ts";
import { defineOperations, signedIn } from "./operation.ts";

const timestamp = z.iso.datetime();
const words = z.string().trim().max(requestWordsMax, `At most ${requestWordsMax} characters.`);

export const networkRequestResponse = z
	.object({
		id: z.string(),
		devbox: z.object({ id: z.string(), name: z.string() }),
		name: z.string().meta({ description: "What it should reach, in normal form" }),
		reason: z.string(),
		status: z.enum(networkRequestStatuses).meta({
			description: "ended: an approval whose time was up or that was taken back, or what was settled otherwise",
		}),
		requested_by: z.string().meta({ description: "Login" }),
		asked_count: z.number().meta({ description: "Asked again while it waited, it is still one request" }),
		created_at: timestamp,
		asked_at: timestamp.meta({ description: "The last time" }),
		answered_by: z.string().nullable().meta({ description: "Login" }),
		answered_at: timestamp.nullable(),
		answer: z.string().meta({ description: "A word of the admin's, or why it ended" }),
		expires_at: timestamp.nullable().meta({ description: "Of an approval; null: for good" }),
	})
	.meta({ id: "NetworkRequest" });
export type NetworkRequestResponse = z.infer<typeof networkRequestResponse>;

export const createNetworkRequestRequest = z
	.object({
		name: z
			.string()
			.max(300)
			.transform((text, context) => {
				const parsed = parseDomain(text);
				if ("domain" in parsed) return parsed.domain;
				context.addIssue({ code: "custom", message: parsed.problem });
				return z.NEVER;
			})
			.meta({ description: "As in a policy's list", example: "registry.example.com" }),
		reason: words.default("").meta({ description: "What it is needed for, for the admin who reads it" }),
	})
	.meta({ id: "CreateNetworkRequestRequest" });
export type CreateNetworkRequestRequest = z.output<typeof createNetworkRequestRequest>;

export const approveNetworkRequestRequest = z
	.object({
		expires_in: z.enum(approvalTimeNames).default("1d"),
		add_to_policy: z.boolean().default(false).meta({
			description: "Instead of for this devbox, for all that follow its named policy, in that policy's list",
		}),
		answer: words.default(""),
	})
	.meta({ id: "ApproveNetworkRequestRequest" });
export type ApproveNetworkRequestRequest = z.output<typeof approveNetworkRequestRequest>;

export const declineNetworkRequestRequest = z
	.object({ answer: words.default("").meta({ description: "Why, for who asked" }) })
	.meta({ id: "DeclineNetworkRequestRequest" });
export type DeclineNetworkRequestRequest = z.output<typeof declineNetworkRequestRequest>;

export const workspaceDecisionResponse = networkDecision
	.extend({
		devbox: z.object({ id: z.string(), name: z.string(), owner: z.string().meta({ description: "Login" }) }),
		policy: z
			.object({ id: z.string(), name: z.string() })
			.nullable()
			.meta({ description: "The named policy that its devbox follows" }),
	})
	.meta({ id: "WorkspaceNetworkDecision" });
export type WorkspaceDecisionResponse = z.infer<typeof workspaceDecisionResponse>;

const part = z.string().trim().max(260).optional();
export const decisionFilters = z.object({
	devbox: part.meta({ description: "Its id, or a part of its name" }),
	name: part.meta({ description: "A part of what was asked for" }),
	rule: part.meta({ description: "A part of the entry that allowed it, or why it was not: not_listed, no_name, …" }),
	verdict: z.enum(["allowed", "observed", "blocked"]).optional(),
});
export type DecisionFilters = z.output<typeof decisionFilters>;

const limit = z.coerce.number<number | string>().int().min(1).max(500).default(200);
const requestParams = z.object({ id: z.string().meta({ description: "Id of the request, `netr_…`" }) });
const answered = { status: 200, body: networkRequestResponse } as const;

export const networkRequestOperations = defineOperations({
	createNetworkRequest: {
		id: "createNetworkRequest",
		method: "POST",
		path: "/devboxes/{id}/network/requests",
		summary: "Ask an admin that a devbox may reach a name; asked again while it waits, it is the same request",
		scope: "devbox:write",
		params: devboxIdParams,
		body: createNetworkRequestRequest,
		response: { status: 201, body: networkRequestResponse },
		errors: [...signedIn, "not_found", "wrong_state", "conflict", "invalid"],
	},
	listNetworkRequests: {
		id: "listNetworkRequests",
		method: "GET",
		path: "/network-requests",
		summary: "Requests for names, those that wait first",
		scope: "admin",
		permission: "network.review",
		query: z.object({ status: z.enum(networkRequestStatuses).optional(), limit }),
		response: { status: 200, body: z.object({ data: z.array(networkRequestResponse) }) },
		errors: [...signedIn, "invalid"],
	},
	approveNetworkRequest: {
		id: "approveNetworkRequest",
		method: "POST",
		path: "/network-requests/{id}/approve",
		summary: "Let a devbox reach the name for a time, or add it to the policy that the devbox follows",
		scope: "admin",
		permission: "network.review",
		params: requestParams,
		body: approveNetworkRequestRequest,
		response: answered,
		errors: [...signedIn, "not_found", "conflict", "invalid"],
	},
	declineNetworkRequest: {
		id: "declineNetworkRequest",
		method: "POST",
		path: "/network-requests/{id}/decline",
		summary: "Decline a request, with a word",
		scope: "admin",
		permission: "network.review",
		params: requestParams,
		body: declineNetworkRequestRequest,
		response: answered,
		errors: [...signedIn, "not_found", "conflict", "invalid"],
	},
	endNetworkRequest: {
		id: "endNetworkRequest",
		method: "POST",
		path: "/network-requests/{id}/end",
		summary: "Take an approval back; the devbox's connections are cut",
		scope: "admin",
		permission: "network.review",
		params: requestParams,
		response: answered,
		errors: [...signedIn, "not_found", "conflict"],
	},
	listNetworkDecisions: {
		id: "listNetworkDecisions",
		method: "GET",
		path: "/network-decisions",
		summary: "What filters decided for all devboxes of the workspace, the latest first",
		scope: "admin",
		permission: "network.review",
		rateLimit: "poll",
		query: decisionFilters.extend({ limit }),
		response: { status: 200, body: z.object({ data: z.array(workspaceDecisionResponse) }) },
		errors: [...signedIn, "invalid"],
	},
});
