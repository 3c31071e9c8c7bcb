import { z } from "zod";
import { roles } from "../domain/actor.ts";
import { devboxStates } from "../domain/devbox-state.ts";
import { departureOutcomes } from "../domain/member-departure.ts";
import { userSummary } from "./devboxes.ts";
import { defineOperations, signedIn } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";
import { devboxQuota } from "./workspace-defaults.ts";

const timestamp = z.iso.datetime();

export const memberResponse = z
	.object({
		user: userSummary,
		role: z.enum(roles),
		is_disabled: z.boolean(),
		devbox_quota: z.number(),
		has_own_quota: z.boolean(),
		devbox_count: z.number(),
		session_count: z.number().meta({ description: "Browsers that are signed in" }),
		token_count: z.number().meta({ description: "API tokens that are live" }),
		ssh_key_count: z.number(),
		last_seen_at: timestamp.nullable().meta({ description: "Last use of a session, token or key; null for never" }),
		created_at: timestamp,
		roles: z.array(z.enum(roles)).meta({ description: "The role, and those that you may give instead" }),
		actions: z.array(z.enum(["disable", "enable", "remove"])).meta({ description: "What you may do" }),
	})
	.meta({ id: "Member" });
export type MemberResponse = z.infer<typeof memberResponse>;

export const updateMemberRequest = z
	.object({
		role: z.enum(roles).optional().meta({ description: "Only an owner makes and unmakes owners" }),
		devbox_quota: devboxQuota.nullable().optional().meta({ description: "Null gives the default back" }),
	})
	.meta({ id: "UpdateMemberRequest" });
export type UpdateMemberRequest = z.output<typeof updateMemberRequest>;

const outcome = z.enum(departureOutcomes);

export const memberHoldingsResponse = z
	.object({
		user: userSummary,
		session_count: z.number(),
		token_count: z.number(),
		ssh_key_count: z.number(),
		devboxes: z.array(
			z.object({
				id: z.string(),
				name: z.string(),
				state: z.enum(devboxStates),
				stop: outcome.meta({ description: "What becomes of it with `devboxes: stop`" }),
				destroy: outcome,
				transfer: outcome,
			}),
		),
	})
	.meta({ id: "MemberHoldings" });
export type MemberHoldingsResponse = z.infer<typeof memberHoldingsResponse>;

export const departMemberRequest = z
	.strictObject({
		devboxes: z
			.union([z.enum(["stop", "destroy"]), z.object({ transfer_to: z.string() })], {
				error: "`stop`, `destroy`, or `{ transfer_to: <user id> }`.",
			})
			.default("stop")
			.meta({
				description:
					"What becomes of their devboxes: stopped and kept, destroyed, or handed over, stopped, to another member. Those still being made, and failed ones, are destroyed",
			}),
	})
	.meta({ id: "DepartMemberRequest" });
export type DepartMemberRequest = z.output<typeof departMemberRequest>;

export const departedMemberResponse = z
	.object({
		user: userSummary,
		transferred_to: userSummary.nullable(),
		devboxes: z.array(z.object({ id: z.string(), name: z.string(), outcome })),
		github: z
			.object({ is_revoked: z.boolean(), problem: z.string().nullable() })
			.nullable()
			.meta({ description: "Whether their connection was revoked at GitHub as well; null where there was none" }),
	})
	.meta({ id: "DepartedMember" });
export type DepartedMemberResponse = z.infer<typeof departedMemberResponse>;

const params = z.object({ user_id: z.string() });
export const memberOperations = defineOperations({
	listMembers: {
		id: "listMembers",
		method: "GET",
		path: "/members",
		summary: "List the members of the workspace",
		scope: "admin",
		permission: "member.read",
		query: z.object(pageQuery),
		response: { status: 200, body: pageOf(memberResponse) },
		errors: signedIn,
	},
	updateMember: {
		id: "updateMember",
		method: "PATCH",
		path: "/members/{user_id}",
		summary: "Change a member's role, or how many devboxes the member may have",
		scope: "admin",
		permission: "member.change",
		params,
		body: updateMemberRequest,
		response: { status: 200, body: memberResponse },
		errors: [...signedIn, "not_found", "conflict", "invalid"],
	},
	getMemberHoldings: {
		id: "getMemberHoldings",
		method: "GET",
		path: "/members/{user_id}/holdings",
		summary: "What removing or disabling a member would end, and what would become of each devbox",
		scope: "admin",
		permission: "member.remove",
		params,
		response: { status: 200, body: memberHoldingsResponse },
		errors: [...signedIn, "not_found"],
	},
	disableMember: {
		id: "disableMember",
		method: "POST",
		path: "/members/{user_id}/disable",
		summary: "Shut a member out until enabled again; sessions, tokens and connections end at once",
		scope: "admin",
		permission: "member.remove",
		params,
		body: departMemberRequest,
		response: { status: 200, body: departedMemberResponse },
		errors: [...signedIn, "not_found", "conflict", "invalid"],
	},
	enableMember: {
		id: "enableMember",
		method: "POST",
		path: "/members/{user_id}/enable",
		summary: "Let a disabled member in again",
		scope: "admin",
		permission: "member.change",
		params,
		response: { status: 200, body: memberResponse },
		errors: [...signedIn, "not_found", "conflict"],
	},
	removeMember: {
		id: "removeMember",
		method: "POST",
		path: "/members/{user_id}/remove",
		summary: "Remove a member; sessions, tokens and connections end at once",
		scope: "admin",
		permission: "member.remove",
		params,
		body: departMemberRequest,
		response: { status: 200, body: departedMemberResponse },
		errors: [...signedIn, "not_found", "conflict", "invalid"],
	},
});
