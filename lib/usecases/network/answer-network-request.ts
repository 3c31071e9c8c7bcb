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
	{ db }: Deps,
	actor: Actor,
	{ expiresInSeconds = null, ...answer }: Answer,
): Promise<NetworkRequestResponse> {
	const isAnswered = await answerRequest(db, actor, { ...answer, expiresInSeconds });
	const row = await findRequestRow(db, actor, answer.id);
	if (!row) throw requestNotFound(answer.id);
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
