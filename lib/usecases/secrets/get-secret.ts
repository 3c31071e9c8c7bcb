import type { SecretResponse } from "../../contract/secrets.ts";
import { getSecretRow } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toSecretResponse } from "./secret-response.ts";

export async function getSecret(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<SecretResponse> {
	return toSecretResponse(await getSecretRow(db, actor, input.params.id), actor);
}
