/** Which boxes have which version of a secret. */
import type { Actor } from "../domain/actor.ts";
import { actorMay } from "../domain/permissions.ts";
import { type Database, dbCall } from "./database.ts";
import type { SecretRow } from "./secrets.ts";

export type SecretUseRow = {
	devboxId: string;
	devboxName: string;
	devboxState: string;
	owner: string;
	envName: string;
	isInherited: boolean;
	version: number | null;
	/** It runs, and has an older version than the newest. */
	isStale: boolean;
	firstUsedAt: Date | null;
	lastUsedAt: Date | null;
};

/** At most so many, those used last first; boxes that are gone stand behind those that are there. */
const usesMax = 1_000;

const usesSql = `
SELECT x.devbox_id AS "devboxId", coalesce(d.display_name, d.name) AS "devboxName", d.state AS "devboxState", u.login AS owner,
	x.env_name AS "envName", x.is_inherited AS "isInherited", x.version,
	(d.state = 'ready' AND d.power <> 'off' AND x.version IS NOT NULL AND x.version < $4) AS "isStale",
	x.first_used_at AS "firstUsedAt", x.last_used_at AS "lastUsedAt"
FROM devbox_secrets x JOIN devboxes d ON d.id = x.devbox_id JOIN users u ON u.id = d.owner_id
WHERE x.secret_id = $1 AND d.workspace_id = $2 AND ($3::text IS NULL OR d.owner_id = $3)
ORDER BY d.state = 'destroyed', x.last_used_at DESC NULLS LAST, x.devbox_id, x.env_name LIMIT ${usesMax}`;

/** Boxes of the actor; of a workspace's secret an admin sees everybody's. */
export async function listSecretUseRows(
	db: Pick<Database, "pool">,
	actor: Actor,
	secret: Pick<SecretRow, "id" | "ownerId" | "version">,
): Promise<SecretUseRow[]> {
	const isAll = secret.ownerId === null && actorMay(actor, "secret.share");
	const values = [secret.id, actor.workspaceId, isAll ? null : actor.userId, secret.version];
	return (await dbCall(() => db.pool.query<SecretUseRow>(usesSql, values))).rows;
}
