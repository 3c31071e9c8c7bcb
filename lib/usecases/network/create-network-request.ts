import type { CreateNetworkRequestRequest, NetworkRequestResponse } from "../../contract/network-requests.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { askForName } from "./ask-for-name.ts";
import { toNetworkRequestResponse } from "./network-request-response.ts";

export async function createNetworkRequest(
	deps: Deps,
	actor: Actor,
	{ params, body }: { params: { id: string }; body: CreateNetworkRequestRequest },
): Promise<NetworkRequestResponse> {
	return toNetworkRequestResponse(await askForName(deps, actor, { devboxId: params.id, ...body }));
}
