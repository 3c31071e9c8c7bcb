import type { CreatedInvitationLinkResponse, CreateInvitationLinkRequest } from "../../contract/invitation-links.ts";
import { insertInvitationLink } from "../../db/invitation-links.ts";
import { hashToken, newInvitationSecret } from "../../db/token-hash.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { invitationLinkBounds, invitationUrl } from "../../domain/invitation-link.ts";
import type { AddressDeps } from "../deps.ts";
import { toInvitationLinkResponse } from "./list-invitation-links.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** Whoever holds the link joins with its role: it is told once, and only its hash is kept. */
export async function createInvitationLink(
	{ db, publicUrl }: AddressDeps,
	actor: Actor,
	{ body }: { body: CreateInvitationLinkRequest },
): Promise<CreatedInvitationLinkResponse> {
	const secret = newInvitationSecret();
	const row = await insertInvitationLink(db, actor, {
		tokenHash: hashToken(secret),
		role: body.role,
		usesMax: body.uses_max,
		expiresAt: new Date(Date.now() + body.expires_in_days * dayMs),
	});
	if (row === "forbidden")
		throw new AppError({
			code: "forbidden",
			message:
				body.role === "owner"
					? "Only an owner makes a link for owners. Ask one, or invite them as an admin."
					: "Your role does not invite people any more. Ask an owner or an admin.",
		});
	if (row === "too_many")
		throw new AppError({
			code: "conflict",
			message: `There are ${invitationLinkBounds.openMax} open invitation links already. Revoke some that are not needed.`,
		});
	return { ...toInvitationLinkResponse(row), url: invitationUrl(publicUrl, secret) };
}
