import type { WorkspaceResponse } from "../../contract/workspace.ts";
import { getWorkspaceRow, type WorkspaceRow } from "../../db/workspaces.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";

export async function getWorkspace({ db }: Deps, actor: Actor): Promise<WorkspaceResponse> {
	return toWorkspaceResponse(await getWorkspaceRow(db, actor));
}

export function toWorkspaceResponse(row: WorkspaceRow): WorkspaceResponse {
	const { id, name, requireSshKey, gitProxy, isolationEveryDays } = row;
	return {
		...{ id, name },
		require_ssh_key: requireSshKey,
		git_proxy: gitProxy,
		isolation_every_days: isolationEveryDays,
	};
}
