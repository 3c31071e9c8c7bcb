import type { CreateSecretRequest, SecretResponse } from "../../contract/secrets.ts";
import { getSecretRow, insertSecret } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import { newId } from "../../domain/ids.ts";
import type { CreateDeps } from "../deps.ts";
import { sealSecret } from "./seal-secret.ts";
import { requireSecretChange, toSecretResponse } from "./secret-response.ts";

export async function createSecret(
	{ db, sealer }: CreateDeps,
	actor: Actor,
	{ body }: { body: CreateSecretRequest },
): Promise<SecretResponse> {
	const ownerId = body.scope === "workspace" ? null : actor.userId;
	requireSecretChange(actor, { ownerId });
	const secretId = newId("secret");
	const { workspaceId } = actor;
	await insertSecret(db, actor, {
		secretId,
		id: newId("secretVersion"),
		...sealSecret(sealer, { workspaceId, secretId, version: 1 }, body.value),
		ownerId,
		name: body.name,
		description: body.description,
		labels: body.labels,
		envName: body.env_name,
		inAllBoxes: body.in_all_boxes,
	});
	return toSecretResponse(await getSecretRow(db, actor, secretId), actor);
}
