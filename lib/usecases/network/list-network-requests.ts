import type { NetworkRequestResponse } from "../../contract/network-requests.ts";
import { listRequestRows } from "../../db/network-requests.ts";
import type { Actor } from "../../domain/actor.ts";
import type { NetworkRequestStatus } from "../../domain/network-request.ts";
import type { Deps } from "../deps.ts";
import { toNetworkRequestResponse } from "./network-request-response.ts";

export async function listNetworkRequests(
	{ db }: Deps,
	actor: Actor,
	{ query }: { query: { status?: NetworkRequestStatus | undefined; limit: number } },
): Promise<{ data: NetworkRequestResponse[] }> {
	const rows = await listRequestRows(db, actor, { status: query.status ?? null, limit: query.limit });
	return { data: rows.map(toNetworkRequestResponse) };
}
