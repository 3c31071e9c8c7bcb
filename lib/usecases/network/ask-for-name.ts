/** A wish for a name that a devbox's policy blocks, whoever speaks for its owner: a page, a program, or the devbox itself. */
import { whyNotOwn } from "../../db/devboxes.ts";
import { type DevboxNetworkRow, findDevboxNetwork } from "../../db/network-policies.ts";
import { countPendingOf, findRequestRow, type NetworkRequestRow, putRequest } from "../../db/network-requests.ts";
import type { Actor } from "../../domain/actor.ts";
import { matchingEntry } from "../../domain/egress-policy.ts";
import { AppError } from "../../domain/errors.ts";
import { openRequestsMax } from "../../domain/network-request.ts";
import type { Deps } from "../deps.ts";

/** Tells the admins by the event stream. @throws AppError where there is nothing to ask for. */
export async function askForName(
	{ db }: Pick<Deps, "db">,
	owner: Pick<Actor, "workspaceId" | "userId" | "login">,
	o: { devboxId: string; name: string; reason: string },
): Promise<NetworkRequestRow> {
	const network = await findDevboxNetwork(db, owner, o.devboxId);
	if (!network) throw await whyNotOwn(db, owner, o.devboxId);
	requireBlocked(network, o.name);
	const pending = await countPendingOf(db, o.devboxId);
	if (pending >= openRequestsMax)
		throw conflict(`${pending} requests of this devbox wait for an answer. Ask an admin to answer them first.`);
	const requestId = await putRequest(db, owner, o);
	const row = requestId && (await findRequestRow(db, owner, requestId));
	if (!row) throw conflict(`An admin has approved ${o.name} for this devbox already.`);
	return row;
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
