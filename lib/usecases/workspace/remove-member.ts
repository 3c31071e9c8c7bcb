import type { DepartedMemberResponse, DepartMemberRequest } from "../../contract/members.ts";
import { deleteRevocation, findRevocation } from "../../db/github-revocations.ts";
import type { Actor } from "../../domain/actor.ts";
import type { GithubDeps } from "../deps.ts";
import { letMemberGo } from "./member-departure.ts";

/**
 * The account stays, with its keys, for the day on which the person is invited again. Their GitHub connection goes with the membership:
 * its token is put aside, sealed, and revoked at GitHub once they are out, so that a GitHub that is down keeps nobody in.
 */
export async function removeMember(
	deps: GithubDeps,
	actor: Actor,
	{ params, body }: { params: { user_id: string }; body: DepartMemberRequest },
): Promise<DepartedMemberResponse> {
	const userId = params.user_id;
	const connection = await deps.github.connections.find({ workspaceId: actor.workspaceId, userId });
	const departed = await letMemberGo(deps, actor, { userId, kind: "remove", devboxes: body.devboxes });
	const kept = connection && (await findRevocation(deps.db, connection.id));
	if (!kept) return departed;
	const { why, version } = await deps.github.connections.revoke(kept);
	// Else it stays sealed for a worker, which tries again.
	if (why === null) await deleteRevocation(deps.db.pool, { id: kept.id, version });
	const problem =
		why === null
			? null
			: `Their GitHub token could not be revoked there: ${why} That is tried again for a day, and the audit log says what came of it. They can do it as well, in their account's settings at GitHub under Applications.`;
	return { ...departed, github: { is_revoked: why === null, problem } };
}
