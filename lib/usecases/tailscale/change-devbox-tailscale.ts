import type { DevboxTailscaleResponse } from "../../contract/tailscale.ts";
import type { TailscaleRequest } from "../../contract/tailscale-request.ts";
import { getDevboxRow } from "../../db/devboxes.ts";
import { findImageRow } from "../../db/images.ts";
import { findDevboxNetwork } from "../../db/network-policies.ts";
import { changeBoxTailscale, type DevboxTailscaleRow, findDevboxTailscale } from "../../db/tailscale.ts";
import type { Actor } from "../../domain/actor.ts";
import type { NetworkPolicy } from "../../domain/egress-policy.ts";
import { AppError, invalidField } from "../../domain/errors.ts";
import type { TailscaleSpec } from "../../domain/tailscale.ts";
import type { IdentityDeps } from "../deps.ts";
import { chooseTailscale } from "./choose-tailscale.ts";
import { getDevboxTailscale } from "./get-devbox-tailscale.ts";

/** Writes the wish; a worker has a running box join by it, or leave. One that is off joins with its next start. */
export async function changeDevboxTailscale(
	deps: IdentityDeps,
	actor: Actor,
	input: { params: { id: string }; body: TailscaleRequest },
): Promise<DevboxTailscaleResponse> {
	const { db } = deps;
	const { id } = input.params;
	if (Object.values(input.body).every((value) => value === undefined))
		throw invalidField("enabled", "Say what to change: enabled, tags, hostname, client_id or login_server.");
	const devbox = await getDevboxRow(db, actor, id);
	const current = (await findDevboxTailscale(db, actor, id)) ?? null;
	const image = await findImageRow(db, devbox.image);
	const spec = await chooseTailscale(deps, actor, {
		asked: input.body,
		place: [],
		name: devbox.name,
		// A box that was made of an older build of its image has what that had: its join says so where it lacks something.
		image: image?.ref === devbox.imageRef ? image : null,
		policy: () => policyOf(deps, actor, id),
		current,
	});
	if (isAsBefore(current, spec) || (await changeBoxTailscale(db, actor, { id, spec })))
		return getDevboxTailscale(deps, actor, input);
	throw new AppError({
		code: "wrong_state",
		message: `${devbox.displayName ?? devbox.name} is ${devbox.state}: its tailnet is changed while it is ready or stopped.`,
	});
}

async function policyOf({ db }: IdentityDeps, actor: Actor, id: string): Promise<NetworkPolicy> {
	const row = await findDevboxNetwork(db, actor, id);
	return row ? { mode: row.mode, domains: row.domains } : { mode: "open", domains: [] };
}

/** The same again would only have the box leave and join. */
function isAsBefore(current: DevboxTailscaleRow | null, spec: TailscaleSpec | null): boolean {
	if (!current?.isEnabled || !spec) return !spec && !current?.isEnabled;
	const { clientId, tags, hostname, loginServer } = spec;
	return (
		clientId === current.clientId &&
		hostname === current.hostname &&
		loginServer === current.loginServer &&
		tags.join() === current.tags.join()
	);
}
