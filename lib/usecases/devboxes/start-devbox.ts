import type { DevboxResponse } from "../../contract/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { changePower } from "./change-power.ts";

export function startDevbox(deps: Deps, actor: Actor, input: { params: { id: string } }): Promise<DevboxResponse> {
	return changePower(deps, actor, { id: input.params.id, verb: "start" });
}
