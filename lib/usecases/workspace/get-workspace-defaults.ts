import type { WorkspaceDefaultsResponse } from "../../contract/workspace-defaults.ts";
import { getWorkspaceDefaults as readDefaults, type StoredDefaults } from "../../db/workspace-defaults.ts";
import type { Actor } from "../../domain/actor.ts";
import { type DefaultField, defaultFields } from "../../domain/workspace-defaults.ts";
import type { Deps } from "../deps.ts";
import { iso } from "../devboxes/devbox-response.ts";

export async function getWorkspaceDefaults({ db }: Deps, actor: Actor): Promise<WorkspaceDefaultsResponse> {
	return toDefaultsResponse(await readDefaults(db, actor));
}

type Fields = Pick<WorkspaceDefaultsResponse, DefaultField>;

export function toDefaultsResponse(row: StoredDefaults): WorkspaceDefaultsResponse {
	const fields = defaultFields.map((field) => [
		field,
		{ value: row.values[field], locked: row.locked.includes(field) },
	]);
	return {
		version: row.version,
		...(Object.fromEntries(fields) as Fields),
		updated_at: iso(row.updatedAt),
		updated_by: row.updatedBy,
	};
}
