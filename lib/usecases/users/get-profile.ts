import type { ProfileResponse } from "../../contract/workspace.ts";
import { countLiveDevboxes } from "../../db/devboxes.ts";
import { getOwnMember } from "../../db/members.ts";
import { countSshKeys } from "../../db/ssh-keys.ts";
import { getWorkspaceDefaults } from "../../db/workspace-defaults.ts";
import type { Actor } from "../../domain/actor.ts";
import { quotaIn } from "../../domain/workspace-defaults.ts";
import type { Deps } from "../deps.ts";
import { toUserSummary } from "../devboxes/devbox-response.ts";

export async function getProfile({ db }: Deps, actor: Actor): Promise<ProfileResponse> {
	const [member, count, sshKeys, defaults] = await Promise.all([
		getOwnMember(db, actor),
		countLiveDevboxes(db, { workspaceId: actor.workspaceId, ownerId: actor.userId }),
		countSshKeys(db, actor.userId),
		getWorkspaceDefaults(db, actor),
	]);
	return {
		has_ssh_key: sshKeys > 0,
		user: toUserSummary(member.user),
		role: actor.role,
		workspace: { id: member.workspace.id, name: member.workspace.name },
		devbox_quota: quotaIn(defaults, member.devboxQuota),
		devbox_count: count,
	};
}
