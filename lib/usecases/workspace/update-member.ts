import type { MemberResponse } from "../../contract/workspace.ts";
import { listMemberRows, setMemberQuota } from "../../db/members.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toMemberResponse } from "./list-members.ts";

export async function updateMember(
	{ db }: Deps,
	actor: Actor,
	input: { params: { user_id: string }; body: { devbox_quota: number | null } },
): Promise<MemberResponse> {
	const userId = input.params.user_id;
	await setMemberQuota(db, actor, { userId, devboxQuota: input.body.devbox_quota });
	const row = (await listMemberRows(db, actor)).find((member) => member.userId === userId);
	if (!row) throw new AppError({ code: "not_found", message: "There is no such member in this workspace." });
	return toMemberResponse(row);
}
