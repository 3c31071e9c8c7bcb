import type { ProfileResponse } from "../../contract/workspace.ts";
import { countLiveDevboxes } from "../../db/devboxes.ts";
import { getOwnMember } from "../../db/members.ts";
import { countSshKeys } from "../../db/ssh-keys.ts";
import type { Actor } from "../../domain/actor.ts";
import { devboxesPerUserDefault } from "../../domain/quota.ts";
import type { Deps } from "../deps.ts";
import { toUserSummary } from "../devboxes/devbox-response.ts";

export async function getProfile({ db }: Deps, actor: Actor): Promise<ProfileResponse> {
	const [member, count, sshKeys] = await Promise.all([
		getOwnMember(db, actor),
		countLiveDevboxes(db, { workspaceId: actor.workspaceId, ownerId: actor.userId }),
		countSshKeys(db, actor.userId),
	]);
	return {
		has_ssh_key: sshKeys > 0,
		user: toUserSummary(member.user),
		role: actor.role,
		workspace: { id: member.workspace.id, name: member.workspace.name },
		devbox_quota: member.devboxQuota ?? devboxesPerUserDefault,
		devbox_count: count,
	};
}
