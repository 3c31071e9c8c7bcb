/** Invitations by link: what a link is worth now, who may make one for which role, and what its address looks like. */
import type { Role } from "./actor.ts";
import { roleMay } from "./permissions.ts";

/** `inviter`: whoever made it may not invite any more. Only an open one lets anybody in. */
export const invitationLinkStatuses = ["open", "used_up", "expired", "revoked", "inviter"] as const;
export type InvitationLinkStatus = (typeof invitationLinkStatuses)[number];

export const invitationLinkBounds = { daysMax: 30, daysDefault: 7, usesMax: 100, openMax: 100 } as const;

type LinkFacts = { endReason: string | null; useCount: number; usesMax: number; expiresAt: Date };

export function invitationLinkStatus(link: LinkFacts, now: Date): InvitationLinkStatus {
	if (link.endReason !== null) return link.endReason === "inviter" ? "inviter" : "revoked";
	if (link.useCount >= link.usesMax) return "used_up";
	return link.expiresAt <= now ? "expired" : "open";
}

/** Nobody lends a right that they do not have: owners alone make owners. */
export function mayInviteAs(inviter: Role, role: Role): boolean {
	return roleMay(inviter, "member.invite") && (role !== "owner" || roleMay(inviter, "owner.change"));
}

/** Lets a scanner of leaked secrets know whose it is. */
export const invitationSecretPrefix = "devbox_inv_";

/** Whether it can be one at all: a link of which half was copied is told so without a look at the database. */
export function isInvitationSecret(text: string): boolean {
	return (
		text.startsWith(invitationSecretPrefix) && /^[A-Za-z0-9_-]{43}$/.test(text.slice(invitationSecretPrefix.length))
	);
}

/** The secret stands behind the `#`: it reaches no server by itself, no proxy's log and no Referer. */
export function invitationUrl(publicUrl: URL, secret: string): string {
	return `${publicUrl.origin}/join#${secret}`;
}

/** What whoever opens a link is told. Of one that is not open no more than why, and of one that never was as little as of a guess. */
export type InvitationLinkLook =
	| { kind: "unknown" }
	| { kind: "ended"; status: Exclude<InvitationLinkStatus, "open"> }
	| {
			kind: "open";
			workspace: string;
			role: Role;
			invitedBy: string;
			/** ISO 8601. */
			expiresAt: string;
			/** Null for somebody who is not signed in. */
			viewer: { login: string; role: Role; isMember: boolean } | null;
	  };
