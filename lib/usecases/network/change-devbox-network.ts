import type { DevboxNetworkResponse } from "../../contract/network.ts";
import { getDevboxRow, whyNotOwn } from "../../db/devboxes.ts";
import { takeFencePlace } from "../../db/host-network.ts";
import { canHostOfEnforce, changeDevboxNetwork as changeRow, findDevboxNetwork } from "../../db/network-policies.ts";
import { getWorkspaceDefaults } from "../../db/workspace-defaults.ts";
import type { Actor } from "../../domain/actor.ts";
import type { PolicyAsk } from "../../domain/egress-policy.ts";
import { AppError } from "../../domain/errors.ts";
import { lockedWords } from "../../domain/resolve-inputs.ts";
import type { Deps } from "../deps.ts";
import { choosePolicy } from "./choose-policy.ts";
import { getDevboxNetwork } from "./get-devbox-network.ts";

/** Writes the wish; the worker brings it into the host's filter within its next turn. */
export async function changeDevboxNetwork(
	deps: Deps,
	actor: Actor,
	input: { params: { id: string }; body: PolicyAsk },
): Promise<DevboxNetworkResponse> {
	const { db } = deps;
	const { id } = input.params;
	if (!(await findDevboxNetwork(db, actor, id))) throw await whyNotOwn(db, actor, id);
	const canEnforce = () => canHostOfEnforce(db, id);
	await requireUnlocked(deps, actor, input.body);
	const { choice, mode } = await choosePolicy(deps, actor, { ask: input.body, place: [], canEnforce });
	if (mode !== "open") await requirePlace(deps, actor, id);
	const isNone = mode === "none";
	if (await changeRow(db, actor, { id, choice, isNone })) return getDevboxNetwork(deps, actor, input);
	const { name } = await getDevboxRow(db, actor, id);
	throw new AppError({ code: "wrong_state", message: `${name} is destroyed; nothing of it can be changed.` });
}

/** Taken now: what could not be enforced afterwards is refused, and the box does not stay on the open network meanwhile. */
async function requirePlace({ db }: Deps, actor: Actor, id: string): Promise<void> {
	const { hostId } = await getDevboxRow(db, actor, id);
	if (hostId === null || (await takeFencePlace(db.pool, { devboxId: id })) !== null) return;
	const msg =
		"Its host has no room for another devbox with a network policy. Destroy one there, or create this one anew: it may come to another host.";
	throw new AppError({ code: "invalid", message: msg, fields: [{ loc: ["body"], msg, type: "value_error" }] });
}

/** Where the default is locked, a devbox may be brought to it, and to nothing else. */
async function requireUnlocked({ db }: Deps, actor: Actor, ask: PolicyAsk): Promise<void> {
	const { values, locked } = await getWorkspaceDefaults(db, actor);
	if (!locked.includes("network_policy")) return;
	if (JSON.stringify(ask) === JSON.stringify(values.network_policy)) return;
	const msg = lockedWords("network_policy", values);
	throw new AppError({ code: "invalid", message: msg, fields: [{ loc: ["body"], msg, type: "locked" }] });
}
