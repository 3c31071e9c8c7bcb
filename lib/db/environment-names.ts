/** What variables a box has, without their values. Whoever asks has been shown the box already. */
import type { AiTool } from "../domain/devbox-inputs.ts";
import { type Database, dbCall } from "./database.ts";

export type SecretVariableRow = {
	envName: string;
	secretId: string;
	secretName: string;
	isInherited: boolean;
	versionId: string | null;
	version: number | null;
	lastUsedAt: Date | null;
	isThere: boolean;
	isWorkspace: boolean;
	newestVersion: number | null;
};

export async function listVariableRows(db: Pick<Database, "pool">, devboxId: string): Promise<SecretVariableRow[]> {
	const text = `SELECT x.env_name AS "envName", x.secret_id AS "secretId", x.secret_name AS "secretName",
			x.is_inherited AS "isInherited", x.version_id AS "versionId", x.version, x.last_used_at AS "lastUsedAt",
			s.id IS NOT NULL AS "isThere", s.id IS NOT NULL AND s.owner_id IS NULL AS "isWorkspace", s.version AS "newestVersion"
		FROM devbox_secrets x LEFT JOIN secrets s ON s.id = x.secret_id WHERE x.devbox_id = $1 ORDER BY x.env_name`;
	return (await dbCall(() => db.pool.query<SecretVariableRow>(text, [devboxId]))).rows;
}

export type AiTokenState = {
	envNames: string[];
	aiTools: AiTool[];
	aiTokensPresent: AiTool[];
	/** Sealed until the box gets them. */
	areAiTokensWaiting: boolean;
};

/** Null for a box that is gone. */
export async function readAiTokenState(db: Pick<Database, "pool">, devboxId: string): Promise<AiTokenState | null> {
	const text = `SELECT env_names AS "envNames", ai_tokens_present AS "aiTokensPresent", ai_tokens IS NOT NULL AS "areAiTokensWaiting",
			array_remove(ARRAY[CASE WHEN inject_claude_token THEN 'claude' END, CASE WHEN inject_codex_token THEN 'codex' END], NULL) AS "aiTools"
		FROM devbox_inputs WHERE devbox_id = $1`;
	return (await dbCall(() => db.pool.query<AiTokenState>(text, [devboxId]))).rows[0] ?? null;
}
