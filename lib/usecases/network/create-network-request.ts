import type { CreateNetworkRequestRequest, NetworkRequestResponse } from "../../contract/network-requests.ts";
import { whyNotOwn } from "../../db/devboxes.ts";
import { type DevboxNetworkRow, findDevboxNetwork } from "../../db/network-policies.ts";
import { countPendingOf, findRequestRow, putRequest } from "../../db/network-requests.ts";
import type { Actor } from "../../domain/actor.ts";
import { matchingEntry } from "../../domain/egress-policy.ts";
import { AppError } from "../../domain/errors.ts";
import { openRequestsMax } from "../../domain/network-request.ts";
import type { Deps } from "../deps.ts";
import { toNetworkRequestResponse } from "./network-request-response.ts";

/** Tells the admins by the event stream. Refused where there is nothing to ask for. */
export async function createNetworkRequest(
	{ db }: Deps,
	actor: Actor,
	{ params: { id }, body }: { params: { id: string }; body: CreateNetworkRequestRequest },
): Promise<NetworkRequestResponse> {
	const { name, reason } = body;
	const network = await findDevboxNetwork(db, actor, id);
	if (!network) throw await whyNotOwn(db, actor, id);
	requireBlocked(network, name);
	const pending = await countPendingOf(db, id);
	if (pending >= openRequestsMax)
		throw conflict(`${pending} requests of this devbox wait for an answer. Ask an admin to answer them first.`);
	const requestId = await putRequest(db, actor, { devboxId: id, name, reason });
	const row = requestId && (await findRequestRow(db, actor, requestId));
	if (!row) throw conflict(`An admin has approved ${name} for this devbox already.`);
	return toNetworkRequestResponse(row);
}

function requireBlocked(network: DevboxNetworkRow, name: string): void {
	if (network.state === "destroyed")
		throw new AppError({ code: "wrong_state", message: "This devbox is destroyed; nothing of it can be changed." });
	if (network.mode === "open" || network.mode === "observe")
		throw conflict("This devbox's network policy blocks no name, so that there is nothing to ask for.");
	const entry = network.mode === "enforce" ? matchingEntry(network.domains, name) : null;
	if (entry !== null)
		throw conflict(`${name} is in this devbox's network policy already, as ${entry}. What blocks it is its address.`);
}

function conflict(message: string): AppError {
	return new AppError({ code: "conflict", message });
}
