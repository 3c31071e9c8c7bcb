import type { ChangedSecretResponse } from "../../contract/secrets.ts";
import type { Database } from "../../db/database.ts";
import { listSecretUseRows } from "../../db/secret-uses.ts";
import { getSecretRow } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import { toSecretResponse, toSecretUseResponse } from "./secret-response.ts";

/** The secret as it is now, and the boxes that run with what it was. */
export async function changedSecret(
	db: Pick<Database, "pool">,
	actor: Actor,
	secretId: string,
): Promise<ChangedSecretResponse> {
	const row = await getSecretRow(db, actor, secretId);
	const uses = await listSecretUseRows(db, actor, row);
	return {
		secret: toSecretResponse(row, actor),
		stale_devboxes: uses.filter((use) => use.isStale).map(toSecretUseResponse),
	};
}
