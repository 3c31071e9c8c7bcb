import type { MemberResponse, UpdateMemberRequest } from "../../contract/members.ts";
import { updateMemberRow } from "../../db/member-changes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { getMember } from "./list-members.ts";

export async function updateMember(
	deps: Deps,
	actor: Actor,
	{ params, body }: { params: { user_id: string }; body: UpdateMemberRequest },
): Promise<MemberResponse> {
	const { role, devbox_quota: devboxQuota } = body;
	await updateMemberRow(deps.db, actor, { userId: params.user_id, role, devboxQuota });
	return getMember(deps, actor, params.user_id);
}
