import type { InvitationResponse } from "../../contract/workspace.ts";
import { isUniqueViolation } from "../../db/database.ts";
import { insertInvitation } from "../../db/invitations.ts";
import type { Actor, Role } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toInvitationResponse } from "./list-invitations.ts";

/** Sign-up is closed: only invited GitHub logins (and members of allowed organisations) get in. */
export async function createInvitation(
	{ db }: Deps,
	actor: Actor,
	input: { body: { github_login: string; role: Role } },
): Promise<InvitationResponse> {
	try {
		const row = await insertInvitation(db, actor, { githubLogin: input.body.github_login, role: input.body.role });
		return toInvitationResponse(row);
	} catch (error) {
		if (!isUniqueViolation(error)) throw error;
		throw new AppError({
			code: "conflict",
			message: `${input.body.github_login} has been invited already.`,
			cause: error,
		});
	}
}
