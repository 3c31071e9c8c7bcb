import type { MemberResponse } from "../../contract/workspace.ts";
import { listMemberRows, type MemberRow } from "../../db/members.ts";
import type { Actor, Role } from "../../domain/actor.ts";
import { devboxesPerUserDefault } from "../../domain/quota.ts";
import type { Deps } from "../deps.ts";
import { toUserSummary } from "../devboxes/devbox-response.ts";

export async function listMembers({ db }: Deps, actor: Actor): Promise<{ data: MemberResponse[] }> {
	return { data: (await listMemberRows(db, actor)).map(toMemberResponse) };
}

export function toMemberResponse(row: MemberRow): MemberResponse {
	return {
		user: toUserSummary(row.user),
		role: row.role as Role,
		devbox_quota: row.devboxQuota ?? devboxesPerUserDefault,
		has_own_quota: row.devboxQuota !== null,
		devbox_count: row.devboxCount,
		created_at: row.createdAt.toISOString(),
	};
}
