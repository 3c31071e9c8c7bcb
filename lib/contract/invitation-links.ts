import { z } from "zod";
import { roles } from "../domain/actor.ts";
import { invitationLinkBounds as bounds, invitationLinkStatuses } from "../domain/invitation-link.ts";
import { userSummary } from "./devboxes.ts";
import { defineOperations, signedIn } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";

const timestamp = z.iso.datetime();

export const invitationLinkResponse = z
	.object({
		id: z.string(),
		role: z.enum(roles),
		status: z.enum(invitationLinkStatuses).meta({
			description: "Only `open` lets anybody in. `inviter`: whoever made it may not invite any more",
		}),
		uses_max: z.number(),
		uses_left: z.number(),
		invited_by: userSummary,
		created_at: timestamp,
		expires_at: timestamp,
		used_by: z.array(z.object({ user: userSummary, used_at: timestamp })),
	})
	.meta({ id: "InvitationLink" });
export type InvitationLinkResponse = z.infer<typeof invitationLinkResponse>;

const daysWords = `A whole number of days from 1 to ${bounds.daysMax}.`;
const usesWords = `A whole number from 1 to ${bounds.usesMax}.`;

export const createInvitationLinkRequest = z
	.object({
		role: z.enum(roles).default("member").meta({ description: "Only an owner makes a link for owners" }),
		expires_in_days: z
			.number(daysWords)
			.int(daysWords)
			.min(1, daysWords)
			.max(bounds.daysMax, daysWords)
			.default(bounds.daysDefault),
		uses_max: z
			.number(usesWords)
			.int(usesWords)
			.min(1, usesWords)
			.max(bounds.usesMax, usesWords)
			.default(1)
			.meta({ description: "How many people may join by it" }),
	})
	.meta({ id: "CreateInvitationLinkRequest" });
export type CreateInvitationLinkRequest = z.output<typeof createInvitationLinkRequest>;

export const createdInvitationLinkResponse = invitationLinkResponse
	.extend({ url: z.string().meta({ description: "What to send. Shown this once" }) })
	.meta({ id: "CreatedInvitationLink" });
export type CreatedInvitationLinkResponse = z.infer<typeof createdInvitationLinkResponse>;

export const invitationLinkOperations = defineOperations({
	listInvitationLinks: {
		id: "listInvitationLinks",
		method: "GET",
		path: "/invitation-links",
		summary: "List the links by which people may join, and those that ended within about a month",
		scope: "admin",
		permission: "member.read",
		query: z.object(pageQuery),
		response: { status: 200, body: pageOf(invitationLinkResponse) },
		errors: signedIn,
	},
	createInvitationLink: {
		id: "createInvitationLink",
		method: "POST",
		path: "/invitation-links",
		summary: "Make a link by which people may join; it is shown once",
		scope: "admin",
		permission: "member.invite",
		body: createInvitationLinkRequest,
		response: { status: 201, body: createdInvitationLinkResponse },
		errors: [...signedIn, "conflict", "invalid"],
	},
	revokeInvitationLink: {
		id: "revokeInvitationLink",
		method: "DELETE",
		path: "/invitation-links/{id}",
		summary: "End an invitation link at once; who has joined by it stays",
		scope: "admin",
		permission: "member.invite",
		params: z.object({ id: z.string() }),
		response: { status: 204, body: null },
		errors: [...signedIn, "not_found"],
	},
});
