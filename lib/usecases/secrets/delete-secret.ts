import type { SecretUseResponse } from "../../contract/secrets.ts";
import { listSecretUseRows } from "../../db/secret-uses.ts";
import { deleteSecretRow, getSecretRow } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { requireSecretChange, toSecretUseResponse } from "./secret-response.ts";

/** With all its versions. What runs keeps the value until its box starts again or is refreshed: the answer says which boxes those are. */
export async function deleteSecret(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<{ data: SecretUseResponse[] }> {
	const row = await getSecretRow(db, actor, input.params.id);
	requireSecretChange(actor, row);
	const uses = await listSecretUseRows(db, actor, row);
	await deleteSecretRow(db, row.id);
	return { data: uses.filter((use) => use.devboxState !== "destroyed").map(toSecretUseResponse) };
}
