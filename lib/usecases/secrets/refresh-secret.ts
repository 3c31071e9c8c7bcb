import type { SecretUseResponse } from "../../contract/secrets.ts";
import { queueRefresh } from "../../db/environment-refresh.ts";
import { listSecretUseRows } from "../../db/secret-uses.ts";
import { getSecretRow } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toSecretUseResponse } from "./secret-response.ts";

/** Every running box that holds an older value gets the newest; a box that stops meanwhile gets it with its next start. */
export async function refreshSecret(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<{ data: SecretUseResponse[] }> {
	const secret = await getSecretRow(db, actor, input.params.id);
	const stale = (await listSecretUseRows(db, actor, secret)).filter((use) => use.isStale);
	const refreshed = new Set<string>();
	for (const devboxId of new Set(stale.map((use) => use.devboxId)))
		if (await queueRefresh(db, { workspaceId: secret.workspaceId, devboxId })) refreshed.add(devboxId);
	return { data: stale.filter((use) => refreshed.has(use.devboxId)).map(toSecretUseResponse) };
}
