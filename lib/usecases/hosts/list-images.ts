import type { ImageResponse } from "../../contract/workspace.ts";
import { listImageRows } from "../../db/images.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";

export async function listImages({ db }: Deps, _actor: Actor): Promise<{ data: ImageResponse[] }> {
	const rows = await listImageRows(db);
	const data = rows.map((row) => ({
		id: row.id,
		name: row.name,
		ref: row.ref,
		description: row.description,
		size_bytes: Number(row.sizeBytes),
		updated_at: row.updatedAt.toISOString(),
	}));
	return { data };
}
