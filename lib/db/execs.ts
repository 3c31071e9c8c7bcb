/** Execs, as an actor may see them: those of a box that is the actor's own. */
import type { Actor } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { type ExecOrder, type ExecRecord, type ExecStatus, execsPerBoxMax } from "../domain/exec.ts";
import { type Database, dbCall } from "./database.ts";
import { whyNotOwn } from "./devboxes.ts";
import { queryPatiently } from "./patient-query.ts";

export const execColumnsSql = `e.id, e.devbox_id AS "devboxId", e.user_id AS "userId", e.mode,
	CASE WHEN e.script IS NULL THEN e.argv END AS argv, e.script, e.cwd, e.box_user AS "boxUser", e.tty, e.timeout_ms AS "timeoutMs",
	e.status, e.exit_code AS "exitCode", e.signal, e.reason, e.gateway_id AS "gatewayId", e.process_group AS "processGroup",
	e.credential_ids AS "credentialIds", e.stdout_bytes::float8 AS "stdoutBytes", e.stderr_bytes::float8 AS "stderrBytes",
	e.stdout_truncated AS "isStdoutTruncated", e.stderr_truncated AS "isStderrTruncated", e.created_at AS "createdAt",
	e.finished_at AS "finishedAt"`;

/** NOTIFY channel on which the gateways tell each other what to do with an exec. */
export const execOrderChannel = "exec_order";

/** Counts as use of the box. `there`: a row of this id was made before, by an earlier try of the same request. */
export async function insertExec(db: Database, record: ExecRecord): Promise<"made" | "there" | "too_many"> {
	const { rows } = await dbCall(() =>
		db.pool.query<{ made: boolean; there: boolean }>({
			name: "insert-exec",
			text: `WITH made AS (
				INSERT INTO execs (id, devbox_id, user_id, mode, argv, script, cwd, box_user, tty, timeout_ms, gateway_id,
					credential_ids, created_at)
				SELECT $1, $2, $3, $4, $5::text[], $6, $7, $8, $9, $10, $11, $12::text[], $13
				WHERE (SELECT count(*) FROM execs WHERE devbox_id = $2 AND status = 'running') < ${execsPerBoxMax}
				ON CONFLICT DO NOTHING RETURNING 1
			), used AS (
				UPDATE devboxes SET last_used_at = now()
				WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < now() - interval '30 seconds')
			) SELECT EXISTS (SELECT 1 FROM made) AS made, EXISTS (SELECT 1 FROM execs WHERE id = $1) AS there`,
			values: [
				record.id,
				record.devboxId,
				record.userId,
				record.mode,
				record.argv ?? [],
				record.script,
				record.cwd,
				record.boxUser,
				record.tty,
				record.timeoutMs,
				record.gatewayId,
				record.credentialIds,
				record.createdAt,
			],
		}),
	);
	if (rows[0]?.made) return "made";
	return rows[0]?.there ? "there" : "too_many";
}

type ExecPath = { devboxId: string; execId: string };

/** Throws `not_found` for what is not there and for what is another's. */
export async function getExecRow(db: Database, actor: Actor, at: ExecPath): Promise<ExecRecord> {
	const { rows } = await dbCall(() =>
		db.pool.query<ExecRecord | { id: null }>({
			name: "get-exec",
			text: `SELECT ${execColumnsSql} FROM devboxes d LEFT JOIN execs e ON e.devbox_id = d.id AND e.id = $4
				WHERE d.workspace_id = $1 AND d.owner_id = $2 AND d.id = $3`,
			values: [actor.workspaceId, actor.userId, at.devboxId, at.execId],
		}),
	);
	const row = rows[0];
	if (!row) throw await whyNotOwn(db, actor, at.devboxId);
	if (row.id === null) throw execNotFound(at);
	return row;
}

export async function findExecRow(db: Database, actor: Actor, at: ExecPath): Promise<ExecRecord | null> {
	try {
		return await getExecRow(db, actor, at);
	} catch (error) {
		if (error instanceof AppError && error.code === "not_found") return null;
		throw error;
	}
}

function execNotFound({ devboxId, execId }: ExecPath): AppError {
	return new AppError({
		code: "not_found",
		message: `This devbox has no exec ${JSON.stringify(execId.slice(0, 80))}, or it was long ago. List them with GET /devboxes/${devboxId}/execs.`,
	});
}

/** Newest first; `before`: the last one of the page before. The box is the actor's own: the caller has looked. */
export async function listExecRows(
	db: Database,
	o: {
		devboxId: string;
		before: { createdAt: Date; id: string } | null;
		limit: number;
		status: ExecStatus | null;
	},
): Promise<ExecRecord[]> {
	const { rows } = await dbCall(() =>
		db.pool.query<ExecRecord>({
			name: "list-execs",
			text: `SELECT ${execColumnsSql} FROM execs e
				WHERE e.devbox_id = $1 AND ($2::timestamptz IS NULL OR (e.created_at, e.id) < ($2, $3)) AND ($4::text IS NULL OR e.status = $4)
				ORDER BY e.created_at DESC, e.id DESC LIMIT $5`,
			values: [o.devboxId, o.before?.createdAt ?? null, o.before?.id ?? null, o.status, o.limit],
		}),
	);
	return rows;
}

/** Attached execs of this gateway that run as far as their rows know, but for those that are known to. */
export async function readRunningOf(
	db: Database,
	o: { gatewayId: string; before: Date; known: readonly string[] },
): Promise<ExecRecord[]> {
	const { rows } = await dbCall(() =>
		db.pool.query<ExecRecord>(
			`SELECT ${execColumnsSql} FROM execs e WHERE e.gateway_id = $1 AND e.status = 'running' AND e.mode = 'attached'
				AND e.created_at < $2 AND e.id <> ALL ($3::text[]) LIMIT 1000`,
			[o.gatewayId, o.before, o.known],
		),
	);
	return rows;
}

/** One that could not be started never was. */
export async function deleteExec(db: Database, id: string): Promise<void> {
	await dbCall(() => db.pool.query("DELETE FROM execs WHERE id = $1", [id]));
}

export async function noteExecGroup(db: Database, o: { id: string; processGroup: number }): Promise<void> {
	await dbCall(() => db.pool.query("UPDATE execs SET process_group = $2 WHERE id = $1", [o.id, o.processGroup]));
}

/** Says why it is about to end, while it still runs. The first reason stays. */
export async function noteExecReason(db: Pick<Database, "pool">, o: { id: string; reason: string }): Promise<void> {
	await dbCall(() =>
		db.pool.query("UPDATE execs SET reason = coalesce(reason, $2) WHERE id = $1 AND status = 'running'", [
			o.id,
			o.reason,
		]),
	);
}

export type ExecEnd = Pick<
	ExecRecord,
	| "status"
	| "exitCode"
	| "signal"
	| "reason"
	| "stdoutBytes"
	| "stderrBytes"
	| "isStdoutTruncated"
	| "isStderrTruncated"
	| "finishedAt"
>;

const finishMs = 30_000;

/**
 * Writes the end, and answers the row as it then is; null when there is none. Whoever saw the process end knows better than who
 * presumed it lost, so that `exited` overrules; an end that is known already is left as it is.
 */
export async function finishExec(db: Pick<Database, "pool">, id: string, end: ExecEnd): Promise<ExecRecord | null> {
	const updated = await queryPatiently<ExecRecord>(db.pool, {
		text: `UPDATE execs e SET status = $2, exit_code = $3, signal = $4, reason = coalesce(e.reason, $5), stdout_bytes = $6,
				stderr_bytes = $7, stdout_truncated = $8, stderr_truncated = $9, finished_at = $10
			WHERE e.id = $1 AND (e.status = 'running' OR (e.status = 'lost' AND $2 = 'exited')) RETURNING ${execColumnsSql}`,
		values: [
			id,
			end.status,
			end.exitCode,
			end.signal,
			end.reason,
			end.stdoutBytes,
			end.stderrBytes,
			end.isStdoutTruncated,
			end.isStderrTruncated,
			end.finishedAt,
		],
		patienceMs: finishMs,
	});
	if (updated.rows[0]) return updated.rows[0];
	const text = `SELECT ${execColumnsSql} FROM execs e WHERE e.id = $1`;
	return (await queryPatiently<ExecRecord>(db.pool, { text, values: [id], patienceMs: finishMs })).rows[0] ?? null;
}

/** To whichever gateway holds the exec. */
export async function sendExecOrder(db: Database, id: string, order: ExecOrder): Promise<void> {
	await dbCall(() => db.pool.query("SELECT pg_notify($1, $2)", [execOrderChannel, JSON.stringify({ id, order })]));
}

/** Which of these sessions and tokens were revoked. One that has only run out is not. */
export async function findRevokedCredentials(db: Pick<Database, "pool">, ids: readonly string[]): Promise<string[]> {
	const { rows } = await dbCall(() =>
		db.pool.query<{ id: string }>(`SELECT id FROM (${revokedCredentialsSql}) r WHERE id = ANY($1::text[])`, [ids]),
	);
	return rows.map((row) => row.id);
}

export const revokedCredentialsSql = `SELECT id FROM sessions WHERE revoked_at IS NOT NULL
	UNION ALL SELECT id FROM api_tokens WHERE revoked_at IS NOT NULL
	UNION ALL SELECT id FROM access_sessions WHERE revoked_at IS NOT NULL`;
