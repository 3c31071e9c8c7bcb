import type { InvitationResponse } from "../../contract/workspace.ts";
import { isUniqueViolation } from "../../db/database.ts";
import { insertInvitation } from "../../db/invitations.ts";
import { findMemberByGithubLogin } from "../../db/members.ts";
import type { Actor, Role } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toInvitationResponse } from "./list-invitations.ts";

/**
 * Sign-up is closed: only invited GitHub logins (and members of allowed organisations) get in. Who is in already, or was shut out,
 * gains nothing by an invitation; the answer says so.
 */
export async function createInvitation(
	{ db }: Deps,
	actor: Actor,
	input: { body: { github_login: string; role: Role } },
): Promise<InvitationResponse> {
	const { github_login: githubLogin, role } = input.body;
	const member = await findMemberByGithubLogin(db, actor, githubLogin);
	if (member) throw new AppError({ code: "conflict", message: whyNotInvited(githubLogin, member.user.disabledAt) });
	try {
		return toInvitationResponse(await insertInvitation(db, actor, { githubLogin, role }));
	} catch (error) {
		if (!isUniqueViolation(error)) throw error;
		throw new AppError({ code: "conflict", message: `${githubLogin} has been invited already.`, cause: error });
	}
}

function whyNotInvited(login: string, disabledAt: Date | null): string {
	if (!disabledAt) return `${login} is a member already.`;
	return `The account of ${login} is disabled. Whoever runs the server lets them in again with: npm run admin -- enable ${login.toLowerCase()}`;
}
