import type { SecretResponse, UpdateSecretRequest } from "../../contract/secrets.ts";
import { getSecretRow, updateSecretRow } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import { invalidField } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { requireSecretChange, toSecretResponse } from "./secret-response.ts";

export async function updateSecret(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string }; body: UpdateSecretRequest },
): Promise<SecretResponse> {
	const row = await getSecretRow(db, actor, input.params.id);
	requireSecretChange(actor, row);
	const { name, description, labels, env_name: envName, in_all_boxes: inAllBoxes } = input.body;
	const next = { envName: envName === undefined ? row.envName : envName, inAllBoxes: inAllBoxes ?? row.inAllBoxes };
	if (next.inAllBoxes && next.envName === null)
		throw invalidField("env_name", "A secret that is in all boxes needs the name of its variable.");
	await updateSecretRow(db, row, { name, description, labels, ...next });
	return toSecretResponse(await getSecretRow(db, actor, row.id), actor);
}
