/** What a box's ID token says of it, and whether it may have one: asked at each token. */
import { type Database, dbCall } from "./database.ts";

export type BoxIdentityRow = {
	devboxId: string;
	devboxName: string;
	workspaceId: string;
	ownerId: string;
	ownerLogin: string;
	/** Ready, powered, and meant to stay so. */
	isRunning: boolean;
	isOwnerActive: boolean;
	/** It was handed over, and its owner has not allowed that it acts in their name. */
	isWithheld: boolean;
	/** Those that the workspace allows. */
	audiences: string[];
};

/** Null for a box that was never there. No actor asks: answer no user's request from it. */
export async function findBoxIdentity(
	db: Pick<Database, "pool">,
	o: { devboxId: string },
): Promise<BoxIdentityRow | null> {
	const query = {
		name: "box-identity",
		text: `SELECT d.id AS "devboxId", d.name AS "devboxName", d.workspace_id AS "workspaceId", d.owner_id AS "ownerId",
				u.login AS "ownerLogin", u.disabled_at IS NULL AND m.user_id IS NOT NULL AS "isOwnerActive",
				d.credentials_withheld AS "isWithheld",
				d.state = 'ready' AND d.power = 'running' AND d.desired_state = 'running' AS "isRunning",
				ARRAY(SELECT a.audience FROM identity_audiences a WHERE a.workspace_id = d.workspace_id ORDER BY a.audience) AS audiences
			FROM devboxes d
			JOIN users u ON u.id = d.owner_id
			LEFT JOIN members m ON m.workspace_id = d.workspace_id AND m.user_id = d.owner_id
			WHERE d.id = $1`,
		values: [o.devboxId],
	};
	return (await dbCall(() => db.pool.query<BoxIdentityRow>(query))).rows[0] ?? null;
}

/** Running boxes with a network policy, or of workspaces that allow any audience: what in them may ask at any time. With `devboxId`, that one alone. */
export async function listIdentityBoxes(
	db: Pick<Database, "pool">,
	o: { devboxId: string | null },
): Promise<{ devboxId: string; hostId: string }[]> {
	const query = {
		name: "identity-boxes",
		text: `SELECT d.id AS "devboxId", d.host_id AS "hostId" FROM devboxes d
			WHERE d.state = 'ready' AND d.power = 'running' AND d.desired_state = 'running' AND d.host_id IS NOT NULL
				AND ($1::text IS NULL OR d.id = $1)
				AND (d.network_fenced
					OR EXISTS (SELECT 1 FROM identity_audiences a WHERE a.workspace_id = d.workspace_id))`,
		values: [o.devboxId],
	};
	return (await dbCall(() => db.pool.query<{ devboxId: string; hostId: string }>(query))).rows;
}
