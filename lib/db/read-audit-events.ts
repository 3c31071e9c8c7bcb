/** The audit log of the actor's workspace, read by pages of its own order. */
import type { Actor } from "../domain/actor.ts";
import type { AuditOutcome } from "../domain/audit.ts";
import { type Database, dbCall } from "./database.ts";

export type AuditRow = {
	/** A text: it may be larger than a number of JavaScript is exact. */
	seq: string;
	id: string;
	at: Date;
	actorKind: string;
	userId: string | null;
	login: string | null;
	credentialId: string | null;
	action: string;
	targetKind: string | null;
	targetId: string | null;
	targetName: string | null;
	outcome: AuditOutcome;
	address: string | null;
	requestId: string | null;
	detail: Record<string, unknown>;
};

export type AuditFilter = {
	action?: string | undefined;
	actor?: string | undefined;
	target?: string | undefined;
	outcome?: string | undefined;
	since?: string | undefined;
	until?: string | undefined;
	q?: string | undefined;
};

/** Events that one page looks through for those that are asked for, so that no search reads the whole log at once. */
const lookedThroughMax = 50_000;

/** `ORDER BY seq` alone would mean the text that is answered. */
const columnsSql = `seq::text AS seq, id, at, actor_kind AS "actorKind", user_id AS "userId", login,
	credential_id AS "credentialId", action, target_kind AS "targetKind", target_id AS "targetId",
	target_name AS "targetName", outcome, address, request_id AS "requestId", detail`;

/** Newest first, before `before`. `next` is null when there is nothing further back. */
export async function listAuditRows(
	db: Database,
	actor: Actor,
	o: { filter: AuditFilter; before: string | null; limit: number },
): Promise<{ rows: AuditRow[]; next: string | null }> {
	const floor = await findFloor(db, actor, o.before);
	const where = whereOf(actor, o.filter);
	where.add("seq < ?", o.before);
	where.add("seq >= ?", floor);
	const text = `SELECT ${columnsSql} FROM audit_events WHERE ${where.sql()} ORDER BY audit_events.seq DESC LIMIT ${o.limit + 1}`;
	const { rows } = await dbCall(() => db.pool.query<AuditRow>(text, where.values));
	const page = rows.slice(0, o.limit);
	return { rows: page, next: rows.length > o.limit ? (page.at(-1)?.seq ?? null) : floor };
}

/** The event below which this page does not look; null when it reaches the end. */
async function findFloor(db: Database, actor: Actor, before: string | null): Promise<string | null> {
	const text = `SELECT seq::text AS seq FROM audit_events WHERE workspace_id = $1 AND ($2::bigint IS NULL OR seq < $2)
		ORDER BY audit_events.seq DESC OFFSET ${lookedThroughMax} LIMIT 1`;
	const { rows } = await dbCall(() => db.pool.query<{ seq: string }>(text, [actor.workspaceId, before]));
	return rows[0]?.seq ?? null;
}

/** Oldest first, by pages, as the log was when it was asked for. */
export async function* readAuditRows(db: Database, actor: Actor, filter: AuditFilter): AsyncGenerator<AuditRow[]> {
	const pageSize = 1_000;
	const end = await dbCall(() =>
		db.pool.query<{ seq: string | null }>("SELECT max(seq)::text AS seq FROM audit_events WHERE workspace_id = $1", [
			actor.workspaceId,
		]),
	);
	let after = "0";
	for (;;) {
		const where = whereOf(actor, filter);
		where.add("seq > ?", after);
		where.add("seq <= ?", end.rows[0]?.seq ?? "0");
		const text = `SELECT ${columnsSql} FROM audit_events WHERE ${where.sql()} ORDER BY audit_events.seq LIMIT ${pageSize}`;
		const { rows } = await dbCall(() => db.pool.query<AuditRow>(text, where.values));
		if (rows.length > 0) yield rows;
		if (rows.length < pageSize) return;
		after = rows.at(-1)?.seq ?? after;
	}
}

/** Conditions, each with one value: `?` stands for its place. What has no value is no condition. */
function whereOf(actor: Actor, { action, actor: who, target, outcome, since, until, q }: AuditFilter) {
	const conditions: string[] = [];
	const values: unknown[] = [];
	const add = (condition: string, value: unknown) => {
		if (value === undefined || value === null || value === "") return;
		values.push(value);
		conditions.push(condition.replaceAll("?", `$${values.length}`));
	};
	add("workspace_id = ?", actor.workspaceId);
	add("action = ?", action);
	add("(user_id = ? OR login = ?)", who);
	add("(target_id = ? OR detail->>'devbox_id' = ?)", target);
	add("outcome = ?", outcome);
	add("at >= ?::timestamptz", since);
	add("at < ?::timestamptz", until);
	add(
		`concat_ws(' ', action, login, user_id, target_id, target_name, address, request_id, credential_id, detail::text)
			ILIKE ?`,
		q && `%${q.replace(/[\\%_]/g, "\\$&")}%`,
	);
	return { add, values, sql: () => conditions.join(" AND ") };
}
