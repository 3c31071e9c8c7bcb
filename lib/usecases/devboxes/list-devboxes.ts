import type { DevboxResponse } from "../../contract/devboxes.ts";
import { findDevboxPlace, type ListedOwner, listDevboxRows } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { badCursor, type PageQuery } from "../page.ts";
import { toDevboxResponse } from "./devbox-response.ts";

export async function listDevboxes(
	deps: Deps,
	actor: Actor,
	input: { query: { include_destroyed: "true" | "false"; owner?: ListedOwner | undefined } & PageQuery },
): Promise<DevboxResponse[]> {
	// A service that makes boxes for people takes what it is listed for its own.
	const { owner = actor.isProvider ? "me" : "any", include_destroyed, cursor, limit } = input.query;
	const after = cursor === undefined ? null : await findDevboxPlace(deps.db, actor, cursor);
	if (cursor !== undefined && !after)
		throw badCursor("Not the id of a devbox of this list. Send the last `id` of an earlier page, or none.");
	const includeDestroyed = include_destroyed === "true";
	const rows = await listDevboxRows(deps.db, actor, { owner, includeDestroyed, after, limit: limit ?? null });
	return rows.map((row) => toDevboxResponse(row, deps, actor));
}
