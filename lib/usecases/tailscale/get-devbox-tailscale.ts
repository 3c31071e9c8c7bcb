import type { DevboxTailscaleResponse } from "../../contract/tailscale.ts";
import { whyNotOwn } from "../../db/devboxes.ts";
import { findDevboxTailscale } from "../../db/tailscale.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";

export async function getDevboxTailscale(
	{ db }: Deps,
	actor: Actor,
	{ params: { id } }: { params: { id: string } },
): Promise<DevboxTailscaleResponse> {
	const row = await findDevboxTailscale(db, actor, id);
	if (row === undefined) throw await whyNotOwn(db, actor, id);
	return {
		enabled: row?.isEnabled ?? false,
		status: row && (row.isEnabled || row.status !== "left") ? row.status : null,
		message: row?.message ?? null,
		node_name: row?.nodeName ?? null,
		addresses: row?.addresses ?? [],
		client_id: row?.clientId ?? null,
		tags: row?.tags ?? [],
		hostname: row?.hostname ?? null,
		login_server: row?.loginServer ?? null,
		changed_at: row?.changedAt.toISOString() ?? null,
	};
}
