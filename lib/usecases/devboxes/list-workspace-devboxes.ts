import type { WorkspaceDevboxResponse } from "../../contract/devboxes.ts";
import { listAnyDevboxRows } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toDevboxResponse } from "./devbox-response.ts";

/** That they exist, whose they are and what they cost: for admins, who may end them and never enter them. */
export async function listWorkspaceDevboxes(deps: Deps, actor: Actor): Promise<{ data: WorkspaceDevboxResponse[] }> {
	const rows = await listAnyDevboxRows(deps.db, actor);
	const data = rows.map((row) => {
		const box = toDevboxResponse(row, deps, actor);
		return {
			id: box.id,
			name: box.name,
			state: box.state,
			power: box.power,
			desired_state: box.desired_state,
			access_mode: box.access_mode,
			image: box.image,
			size: box.size,
			owner: box.owner,
			owner_is_member: row.isOwnerMember,
			host: box.host,
			created_at: box.created_at,
			last_used_at: box.last_used_at,
			actions: box.actions.filter((action) => action === "stop" || action === "destroy"),
		};
	});
	return { data };
}
