import type { NetworkRequestResponse } from "../../contract/network-requests.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { answerNetworkRequest } from "./answer-network-request.ts";

export function endNetworkRequest(
	deps: Deps,
	actor: Actor,
	{ params }: { params: { id: string } },
): Promise<NetworkRequestResponse> {
	const answer = "Taken back.";
	return answerNetworkRequest(deps, actor, { id: params.id, from: ["approved"], status: "ended", answer });
}
