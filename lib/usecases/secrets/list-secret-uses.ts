import type { SecretUseResponse } from "../../contract/secrets.ts";
import { listSecretUseRows } from "../../db/secret-uses.ts";
import { getSecretRow } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toSecretUseResponse } from "./secret-response.ts";

export async function listSecretUses(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<{ data: SecretUseResponse[] }> {
	const secret = await getSecretRow(db, actor, input.params.id);
	return { data: (await listSecretUseRows(db, actor, secret)).map(toSecretUseResponse) };
}
