import type { DeclineNetworkRequestRequest, NetworkRequestResponse } from "../../contract/network-requests.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { answerNetworkRequest } from "./answer-network-request.ts";

export function declineNetworkRequest(
	deps: Deps,
	actor: Actor,
	{ params, body }: { params: { id: string }; body: DeclineNetworkRequestRequest },
): Promise<NetworkRequestResponse> {
	return answerNetworkRequest(deps, actor, {
		id: params.id,
		from: ["pending"],
		status: "declined",
		answer: body.answer,
	});
}
