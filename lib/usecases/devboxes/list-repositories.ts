import type { DevboxRepositoryResponse } from "../../contract/repositories.ts";
import { listDevboxRepositoryRows } from "../../db/devbox-repositories.ts";
import type { Actor } from "../../domain/actor.ts";
import type { CloneStatus } from "../../domain/repository-url.ts";
import type { Deps } from "../deps.ts";

export async function listRepositories(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<{ data: DevboxRepositoryResponse[] }> {
	const rows = await listDevboxRepositoryRows(db, actor, input.params.id);
	const data = rows.map((row) => ({
		installation_id: row.installationId,
		repo_id: Number(row.repoId),
		full_name: row.fullName,
		ref: row.ref ?? "HEAD",
		target_path: row.targetPath,
		clone_status: row.cloneStatus as CloneStatus,
		clone_error: row.cloneError,
		url: row.url,
		commit: row.commit,
		depth: row.depth,
		submodules: row.submodules,
		push: row.push,
		is_private: row.isPrivate,
		is_proxied: row.isProxied,
		clone_note: row.cloneNote,
	}));
	return { data };
}
