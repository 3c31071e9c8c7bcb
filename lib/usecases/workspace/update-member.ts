import type { MemberResponse, UpdateMemberRequest } from "../../contract/members.ts";
import { updateMemberRow } from "../../db/member-changes.ts";
import { getWorkspaceDefaults } from "../../db/workspace-defaults.ts";
import type { Actor } from "../../domain/actor.ts";
import { invalidField } from "../../domain/errors.ts";
import { lockedWords } from "../../domain/resolve-inputs.ts";
import type { Deps } from "../deps.ts";
import { getMember } from "./list-members.ts";

export async function updateMember(
	deps: Deps,
	actor: Actor,
	{ params, body }: { params: { user_id: string }; body: UpdateMemberRequest },
): Promise<MemberResponse> {
	const { role, devbox_quota: devboxQuota } = body;
	const { values, locked } = await getWorkspaceDefaults(deps.db, actor);
	if (typeof devboxQuota === "number" && locked.includes("devboxes_per_member"))
		throw invalidField("devbox_quota", lockedWords("devboxes_per_member", values));
	await updateMemberRow(deps.db, actor, { userId: params.user_id, role, devboxQuota });
	return getMember(deps, actor, params.user_id);
}
