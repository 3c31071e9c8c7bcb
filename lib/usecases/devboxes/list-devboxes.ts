import type { DevboxResponse } from "../../contract/devboxes.ts";
import { type ListedOwner, listDevboxRows } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toDevboxResponse } from "./devbox-response.ts";

export async function listDevboxes(
	deps: Deps,
	actor: Actor,
	input: { query: { include_destroyed: "true" | "false"; owner?: ListedOwner | undefined } },
): Promise<DevboxResponse[]> {
	// A service that makes boxes for people takes what it is listed for its own.
	const { owner = actor.isProvider ? "me" : "any", include_destroyed } = input.query;
	const rows = await listDevboxRows(deps.db, actor, { owner, includeDestroyed: include_destroyed === "true" });
	return rows.map((row) => toDevboxResponse(row, deps, actor));
}
