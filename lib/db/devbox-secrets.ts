/** Which secrets a box is to have, and which versions of them it has. No actor: a box gets what is its owner's to use. */
import type pg from "pg";
import type { Prisma } from "./generated/client.ts";
import { queryPatiently } from "./patient-query.ts";

type Pool = Pick<pg.Pool, "query">;

export type NewDevboxSecret = { envName: string; secretId: string; secretName: string };

export async function insertDevboxSecrets(
	tx: Prisma.TransactionClient,
	o: { devboxId: string; secrets: readonly NewDevboxSecret[] },
): Promise<void> {
	const data = o.secrets.map((secret) => ({ devboxId: o.devboxId, ...secret }));
	if (data.length > 0) await tx.devboxSecret.createMany({ data });
}

/** `current` is null when the secret is gone, or its owner's no more. */
export type WantedSecretRow = {
	envName: string;
	secretId: string;
	secretName: string;
	isInherited: boolean;
	current: { versionId: string; version: number; sealed: Buffer } | null;
};

type WantedColumns = Omit<WantedSecretRow, "current"> & {
	versionId: string | null;
	version: number | null;
	sealed: Buffer | null;
};

// Asked for by name, then the workspace's in all boxes, then the owner's own: later ones win, and what was asked for is never replaced.
const wantedSql = `
SELECT x.env_name AS "envName", x.secret_id AS "secretId", coalesce(s.name, x.secret_name) AS "secretName", false AS "isInherited",
	v.id AS "versionId", v.version, v.sealed, 0 AS rank
FROM devbox_secrets x JOIN devboxes d ON d.id = x.devbox_id
LEFT JOIN secrets s ON s.id = x.secret_id AND s.workspace_id = d.workspace_id AND (s.owner_id IS NULL OR s.owner_id = d.owner_id)
LEFT JOIN secret_versions v ON v.secret_id = s.id AND v.version = s.version
WHERE x.devbox_id = $1 AND NOT x.is_inherited
UNION ALL
SELECT s.env_name, s.id, s.name, true, v.id, v.version, v.sealed, CASE WHEN s.owner_id IS NULL THEN 1 ELSE 2 END
FROM devbox_inputs i JOIN devboxes d ON d.id = i.devbox_id
JOIN secrets s ON s.in_all_boxes AND s.workspace_id = d.workspace_id AND (s.owner_id IS NULL OR s.owner_id = d.owner_id)
JOIN secret_versions v ON v.secret_id = s.id AND v.version = s.version
WHERE i.devbox_id = $1 AND i.inherits_secrets AND NOT d.credentials_withheld AND s.env_name IS NOT NULL AND NOT (s.env_name = ANY(i.env_names))
	AND NOT EXISTS (SELECT 1 FROM devbox_secrets x WHERE x.devbox_id = $1 AND x.env_name = s.env_name AND NOT x.is_inherited)
ORDER BY rank`;

export async function readWantedSecrets(
	pool: Pool,
	o: { devboxId: string; patienceMs: number },
): Promise<WantedSecretRow[]> {
	const { patienceMs } = o;
	const { rows } = await queryPatiently<WantedColumns>(pool, { text: wantedSql, values: [o.devboxId], patienceMs });
	const byName = new Map(rows.map((row) => [row.envName, toWantedSecret(row)]));
	return [...byName.values()];
}

function toWantedSecret(row: WantedColumns): WantedSecretRow {
	const { envName, secretId, secretName, isInherited, versionId, version, sealed } = row;
	const current = versionId !== null && version !== null && sealed ? { versionId, version, sealed } : null;
	return { envName, secretId, secretName, isInherited, current };
}

export type BroughtSecret = Omit<WantedSecretRow, "current"> & { versionId: string; version: number };

const recordSql = `
WITH brought AS (
	SELECT * FROM jsonb_to_recordset($2::jsonb) AS b ("envName" text, "secretId" text, "secretName" text, "isInherited" boolean, "versionId" text, version int)
), gone AS (
	DELETE FROM devbox_secrets x WHERE x.devbox_id = $1 AND x.is_inherited AND x.env_name NOT IN (SELECT "envName" FROM brought)
), missing AS (
	UPDATE devbox_secrets x SET version_id = NULL, version = NULL
	WHERE x.devbox_id = $1 AND NOT x.is_inherited AND x.env_name NOT IN (SELECT "envName" FROM brought)
)
INSERT INTO devbox_secrets (devbox_id, env_name, secret_id, secret_name, is_inherited, version_id, version, first_used_at, last_used_at)
SELECT $1, "envName", "secretId", "secretName", "isInherited", "versionId", version, now(), now() FROM brought
ON CONFLICT (devbox_id, env_name) DO UPDATE SET secret_id = excluded.secret_id, secret_name = excluded.secret_name,
	version_id = excluded.version_id, version = excluded.version, last_used_at = now(),
	first_used_at = CASE WHEN devbox_secrets.secret_id = excluded.secret_id THEN coalesce(devbox_secrets.first_used_at, now()) ELSE now() END`;

/** What is in the box from here on, and no other secret. */
export async function recordBroughtSecrets(
	pool: Pool,
	o: { devboxId: string; secrets: readonly BroughtSecret[]; patienceMs: number },
): Promise<void> {
	const values = [o.devboxId, JSON.stringify(o.secrets)];
	await queryPatiently(pool, { text: recordSql, values, patienceMs: o.patienceMs });
}
