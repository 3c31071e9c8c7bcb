import type { SecretResponse } from "../../contract/secrets.ts";
import { listSecretRows } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toSecretResponse } from "./secret-response.ts";

export async function listSecrets({ db }: Deps, actor: Actor): Promise<{ data: SecretResponse[] }> {
	return { data: (await listSecretRows(db, actor)).map((row) => toSecretResponse(row, actor)) };
}
