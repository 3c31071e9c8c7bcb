/** The repositories that devboxes were asked to have, and what became of them. */
import type pg from "pg";
import type { Actor } from "../domain/actor.ts";
import type { CloneStatus } from "../domain/repository-url.ts";
import { heldCte, LostClaimError, type RunClaim } from "./claimed-run.ts";
import { type Database, dbCall } from "./database.ts";
import { whyNotOwn } from "./devboxes.ts";
import { queryPatiently } from "./patient-query.ts";

/** What a worker needs of one. */
export type RunRepository = {
	position: number;
	fullName: string;
	url: string;
	ref: string | null;
	targetPath: string;
	cloneStatus: CloneStatus;
	depth: number | null;
	submodules: boolean;
	push: boolean;
	isPrivate: boolean | null;
	commit: string | null;
};

/** In the order in which they were asked for. */
export async function listDevboxRepositoryRows(db: Database, actor: Actor, devboxId: string) {
	const devbox = await dbCall(() =>
		db.prisma.devbox.findFirst({
			where: { id: devboxId, workspaceId: actor.workspaceId, ownerId: actor.userId },
			select: { repositories: { orderBy: { position: "asc" } } },
		}),
	);
	if (!devbox) throw await whyNotOwn(db, actor, devboxId);
	return devbox.repositories;
}

export async function readRunRepositories(
	pool: Pick<pg.Pool, "query">,
	o: { devboxId: string; patienceMs: number },
): Promise<RunRepository[]> {
	const { rows } = await queryPatiently<RunRepository>(pool, {
		text: `SELECT position, full_name AS "fullName", url, ref, target_path AS "targetPath", clone_status AS "cloneStatus",
				depth, submodules, push, is_private AS "isPrivate", commit
			FROM devbox_repositories WHERE devbox_id = $1 ORDER BY position`,
		values: [o.devboxId],
		patienceMs: o.patienceMs,
	});
	return rows;
}

export type CloneState = {
	position: number;
	status: CloneStatus;
	error?: string | null;
	/** What was checked out: the ref's name where it was not told, and the commit. */
	ref?: string | null;
	commit?: string | null;
	/** As GitHub told it. */
	repoId?: number;
	isPrivate?: boolean;
	isProxied?: boolean;
	note?: string | null;
};

/** Throws LostClaimError when the run is not held any more. */
export async function writeCloneState(
	pool: Pick<pg.Pool, "query">,
	o: { claim: RunClaim; clone: CloneState; patienceMs: number },
): Promise<void> {
	const { claim, clone } = o;
	const { rowCount } = await queryPatiently(pool, {
		text: `WITH ${heldCte}
			UPDATE devbox_repositories r SET clone_status = $5, clone_error = $6, ref = coalesce($7, r.ref), commit = coalesce($8, r.commit),
				repo_id = coalesce($9, r.repo_id), is_private = coalesce($10, r.is_private),
				is_proxied = coalesce($11, r.is_proxied), clone_note = $12
			FROM held WHERE r.devbox_id = held.id AND r.position = $4`,
		values: [
			claim.runId,
			claim.workerId,
			claim.fence,
			clone.position,
			clone.status,
			clone.error ?? null,
			clone.ref ?? null,
			clone.commit ?? null,
			clone.repoId ?? null,
			clone.isPrivate ?? null,
			clone.isProxied ?? null,
			clone.note ?? null,
		],
		patienceMs: o.patienceMs,
	});
	if (!rowCount) throw new LostClaimError(claim);
}
