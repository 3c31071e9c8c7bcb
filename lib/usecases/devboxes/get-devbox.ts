import type { DevboxResponse } from "../../contract/devboxes.ts";
import { getVisibleDevboxRow } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toDevboxResponse } from "./devbox-response.ts";

export async function getDevbox(deps: Deps, actor: Actor, input: { params: { id: string } }): Promise<DevboxResponse> {
	return toDevboxResponse(await getVisibleDevboxRow(deps.db, actor, input.params.id), deps, actor);
}
