import type { DevboxNetworkResponse } from "../../contract/network.ts";
import type { NetworkPolicyRequest } from "../../contract/network-policy.ts";
import { getDevboxRow, whyNotOwn } from "../../db/devboxes.ts";
import { canHostOfEnforce, changeDevboxNetwork as changeRow, findDevboxNetwork } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { choosePolicy } from "./choose-policy.ts";
import { getDevboxNetwork } from "./get-devbox-network.ts";

/** Writes the wish; the worker brings it into the host's filter within its next turn. */
export async function changeDevboxNetwork(
	deps: Deps,
	actor: Actor,
	input: { params: { id: string }; body: NetworkPolicyRequest },
): Promise<DevboxNetworkResponse> {
	const { db } = deps;
	const { id } = input.params;
	if (!(await findDevboxNetwork(db, actor, id))) throw await whyNotOwn(db, actor, id);
	const canEnforce = () => canHostOfEnforce(db, id);
	const choice = await choosePolicy(deps, actor, { asked: input.body, place: [], canEnforce });
	if (await changeRow(db, actor, { id, choice })) return getDevboxNetwork(deps, actor, input);
	const { name } = await getDevboxRow(db, actor, id);
	throw new AppError({ code: "wrong_state", message: `${name} is destroyed; nothing of it can be changed.` });
}
