import type { DevboxResponse } from "../../contract/devboxes.ts";
import { getDevboxRow } from "../../db/devboxes.ts";
import { queueRefresh } from "../../db/environment-refresh.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toDevboxResponse } from "../devboxes/devbox-response.ts";

/** Queues it: a worker brings the box the newest of its secrets. One that is off gets them with its next start. */
export async function refreshEnvironment(
	deps: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<DevboxResponse> {
	const { db } = deps;
	const row = await getDevboxRow(db, actor, input.params.id);
	if (await queueRefresh(db, { workspaceId: actor.workspaceId, devboxId: row.id }))
		return toDevboxResponse(await getDevboxRow(db, actor, row.id), deps, actor);
	throw new AppError({
		code: "wrong_state",
		message: `${row.displayName ?? row.name} is ${row.state}: only a running devbox is refreshed. Its next start brings it what is newest.`,
	});
}
