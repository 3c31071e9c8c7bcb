import type { DevboxResponse } from "../../contract/devboxes.ts";
import { listDevboxRows } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toDevboxResponse } from "./devbox-response.ts";

export async function listDevboxes(
	deps: Deps,
	actor: Actor,
	input: { query: { include_destroyed: "true" | "false" } },
): Promise<DevboxResponse[]> {
	const rows = await listDevboxRows(deps.db, actor, { includeDestroyed: input.query.include_destroyed === "true" });
	return rows.map((row) => toDevboxResponse(row, deps));
}
