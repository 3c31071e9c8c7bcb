import type { SecretVersionResponse } from "../../contract/secrets.ts";
import { getSecretRow, listSecretVersionRows } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { iso } from "../devboxes/devbox-response.ts";

export async function listSecretVersions(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<{ data: SecretVersionResponse[] }> {
	const secret = await getSecretRow(db, actor, input.params.id);
	const rows = await listSecretVersionRows(db, secret.id);
	return {
		data: rows.map((row) => ({
			id: row.id,
			version: row.version,
			size_bytes: row.sizeBytes,
			created_at: row.createdAt.toISOString(),
			created_by: row.createdBy,
			destroyed_at: iso(row.destroyedAt),
			is_newest: row.version === secret.version,
		})),
	};
}
