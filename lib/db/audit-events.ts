/** The audit log: events are written here and nowhere else, and never changed. */
import type pg from "pg";
import type { AuditEvent } from "../domain/audit.ts";
import { newId } from "../domain/ids.ts";
import type { Prisma } from "./generated/client.ts";

/** `id` is known before the event is written, so that a second try writes it once. */
export type StampedAuditEvent = AuditEvent & { id: string; at: Date };

type Queryable = Pick<pg.Pool | pg.ClientBase, "query">;

const insertSql = `
INSERT INTO audit_events (id, workspace_id, at, actor_kind, user_id, login, credential_id, action, target_kind, target_id,
	target_name, outcome, address, request_id, detail)
SELECT id, workspace_id, at, actor_kind, user_id, login, credential_id, action, target_kind, target_id,
	target_name, outcome, address, request_id, detail
FROM jsonb_to_recordset($1::jsonb) AS event (id text, workspace_id text, at timestamptz, actor_kind text, user_id text,
	login text, credential_id text, action text, target_kind text, target_id text, target_name text, outcome text,
	address text, request_id text, detail jsonb)
ON CONFLICT (id) DO NOTHING`;

export function stampAuditEvent(event: AuditEvent): StampedAuditEvent {
	return { ...event, id: newId("auditEvent"), at: event.at ?? new Date() };
}

/** Takes a client as well, so that an event can stand in the transaction of what it tells. */
export async function recordAudit(db: Queryable, event: AuditEvent): Promise<void> {
	await recordAudits(db, [stampAuditEvent(event)]);
}

/** All in one statement, in their order. One that stands there already is left as it is. */
export async function recordAudits(db: Queryable, events: readonly StampedAuditEvent[]): Promise<void> {
	await db.query({ name: "record-audits", text: insertSql, values: [rowsJson(events)] });
}

/** The same in a transaction of Prisma's. */
export async function recordAuditsWithin(
	tx: Pick<Prisma.TransactionClient, "$executeRawUnsafe">,
	events: readonly AuditEvent[],
): Promise<void> {
	await tx.$executeRawUnsafe(insertSql, rowsJson(events.map(stampAuditEvent)));
}

function rowsJson(events: readonly StampedAuditEvent[]): string {
	return JSON.stringify(events.map(rowOf), cleanText);
}

/** For the web process, which may add sign-ins and nothing else. */
export async function recordSignIn(db: Queryable, event: AuditEvent): Promise<void> {
	await db.query("SELECT record_sign_in($1::jsonb)", [signInJson(event)]);
}

/** The same in the transaction of what it tells. */
export async function recordSignInWithin(tx: Pick<Prisma.TransactionClient, "$executeRaw">, event: AuditEvent) {
	await tx.$executeRaw`SELECT record_sign_in(${signInJson(event)}::jsonb)`;
}

function signInJson(event: AuditEvent): string {
	return JSON.stringify(rowOf(stampAuditEvent(event)), cleanText);
}

function rowOf(event: StampedAuditEvent) {
	const { actor, target } = event;
	return {
		id: event.id,
		workspace_id: event.workspaceId,
		at: event.at.toISOString(),
		actor_kind: actor.kind,
		user_id: actor.userId ?? null,
		login: actor.login ?? null,
		credential_id: "credentialId" in actor ? actor.credentialId : null,
		action: event.action,
		target_kind: target?.kind ?? null,
		target_id: target?.id ?? null,
		target_name: target?.name ?? null,
		outcome: event.outcome,
		address: event.address ?? null,
		request_id: event.requestId ?? null,
		detail: event.detail ?? {},
	};
}

const textLengthMax = 1_000;

/** What PostgreSQL takes for no text (NUL, half a character) would refuse a whole batch. */
function cleanText(_key: string, value: unknown): unknown {
	if (typeof value !== "string") return value;
	return value.replaceAll("\0", "\u2400").slice(0, textLengthMax).toWellFormed();
}
