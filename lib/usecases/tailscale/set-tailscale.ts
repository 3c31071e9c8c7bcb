import type { TailscaleResponse, TailscaleSettingsRequest } from "../../contract/tailscale.ts";
import { writeTailscaleSettings } from "../../db/tailscale.ts";
import type { Actor } from "../../domain/actor.ts";
import { invalidField } from "../../domain/errors.ts";
import type { IdentityDeps } from "../deps.ts";
import { getTailscale } from "./get-tailscale.ts";

/** For devboxes that are made from now on; those that are there join as before. */
export async function setTailscale(
	deps: IdentityDeps,
	actor: Actor,
	{ body }: { body: TailscaleSettingsRequest },
): Promise<TailscaleResponse> {
	if (body.is_enabled && body.client_id === null)
		throw invalidField("client_id", "Devboxes join with the client id of a federated identity: make one at Tailscale.");
	if (body.is_enabled && body.tags.length === 0)
		throw invalidField("tags", "A node joins with at least one tag, as tag:devbox.");
	await writeTailscaleSettings(deps.db, actor, {
		isEnabled: body.is_enabled,
		isLocked: body.is_locked,
		clientId: body.client_id,
		tags: [...new Set(body.tags)],
		hostname: body.hostname,
		loginServer: body.login_server,
		onFailure: body.on_failure,
	});
	return getTailscale(deps, actor);
}
