import type { UpdateWorkspaceRequest, WorkspaceResponse } from "../../contract/workspace.ts";
import { updateWorkspaceRow } from "../../db/workspaces.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toWorkspaceResponse } from "./get-workspace.ts";

export async function updateWorkspace(
	{ db }: Deps,
	actor: Actor,
	{ body }: { body: UpdateWorkspaceRequest },
): Promise<WorkspaceResponse> {
	return toWorkspaceResponse(
		await updateWorkspaceRow(db, actor, {
			name: body.name,
			requireSshKey: body.require_ssh_key,
			gitProxy: body.git_proxy,
			isolationEveryDays: body.isolation_every_days,
		}),
	);
}
