import { revokeInvitationLinkRow } from "../../db/invitation-links.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";

/** Whoever joined by it stays. */
export async function revokeInvitationLink(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<void> {
	if (await revokeInvitationLinkRow(db, actor, input.params.id)) return;
	throw new AppError({ code: "not_found", message: "There is no such open invitation link." });
}
