import type { DevboxResponse } from "../../contract/devboxes.ts";
import { getDevboxRow } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toDevboxResponse } from "./devbox-response.ts";

export async function getDevbox(deps: Deps, actor: Actor, input: { params: { id: string } }): Promise<DevboxResponse> {
	return toDevboxResponse(await getDevboxRow(deps.db, actor, input.params.id), deps);
}
