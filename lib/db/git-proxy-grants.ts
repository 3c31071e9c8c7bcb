/** Whether git in a box may reach a repository with its owner's credential: asked at each of its requests. */
import { type Database, dbCall } from "./database.ts";

export type GitProxyGrant = {
	devboxId: string;
	devboxName: string;
	workspaceId: string;
	ownerId: string;
	ownerLogin: string;
	/** The workspace allows it at all. */
	isAllowed: boolean;
	/** It was handed over, and its owner has not allowed their credentials in it. */
	isWithheld: boolean;
	/** Null when this repository is none that the box was made with, or one that needs no proxy. */
	repository: { repoId: number; push: boolean } | null;
};

type Row = Omit<GitProxyGrant, "repository"> & { repoId: string | null; push: boolean | null };

/** Null for a box that does not live, or whose owner is no active member any more. */
export async function findGitProxyGrant(
	db: Pick<Database, "pool">,
	o: { devboxId: string; fullName: string },
): Promise<GitProxyGrant | null> {
	const query = {
		name: "git-proxy-grant",
		text: `SELECT d.id AS "devboxId", d.name AS "devboxName", d.workspace_id AS "workspaceId", d.owner_id AS "ownerId",
				u.login AS "ownerLogin", w.git_proxy AS "isAllowed", d.credentials_withheld AS "isWithheld", r.repo_id AS "repoId", r.push
			FROM devboxes d
			JOIN workspaces w ON w.id = d.workspace_id
			JOIN users u ON u.id = d.owner_id AND u.disabled_at IS NULL
			JOIN members m ON m.workspace_id = d.workspace_id AND m.user_id = d.owner_id
			LEFT JOIN LATERAL (
				SELECT repo_id, bool_or(push) AS push FROM devbox_repositories
				WHERE devbox_id = d.id AND is_proxied AND lower(full_name) = lower($2) GROUP BY repo_id LIMIT 1
			) r ON true
			WHERE d.id = $1 AND d.desired_state <> 'destroyed' AND d.state <> 'destroyed'`,
		values: [o.devboxId, o.fullName],
	};
	const row = (await dbCall(() => db.pool.query<Row>(query))).rows[0];
	if (!row) return null;
	const { repoId, push, ...grant } = row;
	return { ...grant, repository: repoId === null ? null : { repoId: Number(repoId), push: push ?? false } };
}

/** Boxes that are meant to run and have a repository behind the proxy; with `devboxId`, that one alone if it is among them. */
export async function listProxiedDevboxes(
	db: Pick<Database, "pool">,
	o: { devboxId: string | null },
): Promise<{ devboxId: string; hostId: string }[]> {
	const query = {
		name: "proxied-devboxes",
		text: `SELECT d.id AS "devboxId", d.host_id AS "hostId" FROM devboxes d
			WHERE d.state = 'ready' AND d.power = 'running' AND d.desired_state = 'running' AND d.host_id IS NOT NULL
				AND ($1::text IS NULL OR d.id = $1)
				AND EXISTS (SELECT 1 FROM devbox_repositories r WHERE r.devbox_id = d.id AND r.is_proxied)`,
		values: [o.devboxId],
	};
	return (await dbCall(() => db.pool.query<{ devboxId: string; hostId: string }>(query))).rows;
}
