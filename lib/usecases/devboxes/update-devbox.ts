import type { DevboxResponse, UpdateDevboxRequest } from "../../contract/devboxes.ts";
import { getDevboxRow, updateDevboxRow } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toDevboxResponse } from "./devbox-response.ts";

/** Who sees the box, changed by its owner. It holds at once: live lists lose a box that is private again. */
export async function updateDevbox(
	deps: Deps,
	actor: Actor,
	{ params: { id }, body }: { params: { id: string }; body: UpdateDevboxRequest },
): Promise<DevboxResponse> {
	const accessMode = body.access_mode;
	const isChanged = await updateDevboxRow(deps.db, actor, { id, accessMode });
	const row = await getDevboxRow(deps.db, actor, id);
	if (isChanged) return toDevboxResponse(row, deps, actor);
	throw new AppError({ code: "wrong_state", message: `${row.name} is destroyed; nothing of it can be changed.` });
}
