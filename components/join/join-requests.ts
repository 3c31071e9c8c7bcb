/** What the page of an invitation link asks. Like the sign-in it is no part of the API: whoever asks is nobody yet. */
import type { InvitationLinkLook } from "@/lib/domain/invitation-link.ts";

async function ask(body: { secret: string; begin?: true }): Promise<InvitationLinkLook> {
	const response = await fetch("/api/join", {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(body),
	});
	if (response.ok) return response.json();
	const refusal: { detail?: string } = await response.json().catch(() => ({}));
	throw new Error(refusal.detail ?? "The server could not look at this link. Try again in a few seconds.");
}

/** Spends nothing. */
export function lookAtLink(secret: string): Promise<InvitationLinkLook> {
	return ask({ secret });
}

/** The sign-in that follows in this browser uses the link, if it is still open: the answer says so. */
export function beginJoin(secret: string): Promise<InvitationLinkLook> {
	return ask({ secret, begin: true });
}
