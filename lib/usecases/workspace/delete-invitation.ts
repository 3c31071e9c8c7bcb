import { deleteInvitationRow } from "../../db/invitations.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";

export async function deleteInvitation({ db }: Deps, actor: Actor, input: { params: { id: string } }): Promise<void> {
	if (await deleteInvitationRow(db, actor, input.params.id)) return;
	throw new AppError({ code: "not_found", message: "There is no such open invitation." });
}
