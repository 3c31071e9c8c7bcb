import type { ChangedSecretResponse, PutSecretValueRequest } from "../../contract/secrets.ts";
import { getSecretRow, insertSecretVersion } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import type { CreateDeps } from "../deps.ts";
import { changedSecret } from "./changed-secret.ts";
import { sealSecret } from "./seal-secret.ts";
import { requireSecretChange } from "./secret-response.ts";

/** A new version. Boxes that run keep what they have until they are refreshed: the answer names them. */
export async function putSecretValue(
	{ db, sealer }: CreateDeps,
	actor: Actor,
	input: { params: { id: string }; body: PutSecretValueRequest },
): Promise<ChangedSecretResponse> {
	const row = await getSecretRow(db, actor, input.params.id);
	requireSecretChange(actor, row);
	const { id: secretId, workspaceId } = row;
	await insertSecretVersion(db, {
		secretId,
		createdBy: actor.userId,
		seal: (version) => sealSecret(sealer, { workspaceId, secretId, version }, input.body.value),
	});
	return changedSecret(db, actor, secretId);
}
