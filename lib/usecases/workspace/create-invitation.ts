import type { InvitationResponse } from "../../contract/workspace.ts";
import { isUniqueViolation } from "../../db/database.ts";
import { insertInvitation } from "../../db/invitations.ts";
import { findMemberByLogin } from "../../db/members.ts";
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
	const member = await findMemberByLogin(db, actor, githubLogin);
	if (member) throw new AppError({ code: "conflict", message: whyNotInvited(githubLogin, member.user) });
	try {
		return toInvitationResponse(await insertInvitation(db, actor, { githubLogin, role }));
	} catch (error) {
		if (!isUniqueViolation(error)) throw error;
		throw new AppError({ code: "conflict", message: `${githubLogin} has been invited already.`, cause: error });
	}
}

/** An invitation never gives an account away that is there: who signs in by link connects their own GitHub account. */
function whyNotInvited(login: string, user: { disabledAt: Date | null; githubId: string | null }): string {
	if (!user.disabledAt && user.githubId) return `${login} is a member already.`;
	if (!user.disabledAt)
		return `${login} is a member already, and signs in by link. To sign in with GitHub they connect their account under Settings, GitHub. If you mean somebody else who is called so at GitHub, whoever runs the server invites them with: npm run admin -- invite ${login.toLowerCase()}`;
	return `The account of ${login} is disabled. Enable it again under Settings, Members.`;
}
