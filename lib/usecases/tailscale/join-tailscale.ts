import type { DevboxTailscaleResponse } from "../../contract/tailscale.ts";
import { whyNotOwn } from "../../db/devboxes.ts";
import { findDevboxTailscale, queueJoin } from "../../db/tailscale.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { getDevboxTailscale } from "./get-devbox-tailscale.ts";

/** Queues it: a worker has the box leave, where it is in, and join anew. */
export async function joinTailscale(
	deps: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<DevboxTailscaleResponse> {
	const { id } = input.params;
	const row = await findDevboxTailscale(deps.db, actor, id);
	if (row === undefined) throw await whyNotOwn(deps.db, actor, id);
	if (!row?.isEnabled)
		throw wrongState(
			"This devbox joins no tailnet. Turn Tailscale on for it: on its Network tab, or with enabled: true.",
		);
	if (await queueJoin(deps.db, actor, id)) return getDevboxTailscale(deps, actor, input);
	throw wrongState("Only a running devbox can join. Start it: it joins by itself then.");
}

function wrongState(message: string): AppError {
	return new AppError({ code: "wrong_state", message });
}
