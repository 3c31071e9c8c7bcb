/** How a request for a name is answered: once, whoever is first. */
import type { NetworkRequestResponse } from "../../contract/network-requests.ts";
import { answerRequest, findRequestRow } from "../../db/network-requests.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { NetworkRequestStatus } from "../../domain/network-request.ts";
import type { Deps } from "../deps.ts";
import { toNetworkRequestResponse } from "./network-request-response.ts";

type Answer = {
	id: string;
	from: readonly NetworkRequestStatus[];
	status: NetworkRequestStatus;
	answer: string;
	expiresInSeconds?: number | null;
};

/** @throws AppError `not_found`, or `conflict` for one that was answered meanwhile. */
export async function answerNetworkRequest(
	deps: Deps,
	actor: Actor,
	{ expiresInSeconds = null, ...answer }: Answer,
): Promise<NetworkRequestResponse> {
	const isAnswered = await answerRequest(deps.db, actor, { ...answer, expiresInSeconds });
	return readAnswered(deps, actor, { id: answer.id, isAnswered });
}

/** The request as it is now, for whom answered it; a `conflict` that says who was first, for whom did not. */
export async function readAnswered(
	{ db }: Deps,
	actor: Actor,
	{ id, isAnswered }: { id: string; isAnswered: boolean },
): Promise<NetworkRequestResponse> {
	const row = await findRequestRow(db, actor, id);
	if (!row) throw requestNotFound(id);
	if (isAnswered) return toNetworkRequestResponse(row);
	const who = row.answeredBy ? ` by ${row.answeredBy}` : "";
	throw new AppError({ code: "conflict", message: `This request is ${row.status}${who}. Load it again.` });
}

export function requestNotFound(id: string): AppError {
	return new AppError({
		code: "not_found",
		message: `There is no network request ${JSON.stringify(id.slice(0, 80))} in this workspace. List them with GET /network-requests.`,
	});
}
