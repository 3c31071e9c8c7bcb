/** The audit log: events are written here and nowhere else, and never changed. */
import type pg from "pg";
import type { AuditEvent } from "../domain/audit.ts";
import { newId } from "../domain/ids.ts";

const insertSql = `
INSERT INTO audit_events (id, workspace_id, actor_kind, user_id, login, credential_id, action, target_kind, target_id,
	target_name, outcome, address, request_id, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`;

/** Takes a client as well, so that an event can stand in the transaction of what it tells. */
export async function recordAudit(db: Pick<pg.Pool | pg.ClientBase, "query">, event: AuditEvent): Promise<void> {
	const { actor, target } = event;
	await db.query({
		name: "record-audit",
		text: insertSql,
		values: [
			newId("auditEvent"),
			event.workspaceId,
			actor.kind,
			actor.userId ?? null,
			actor.login ?? null,
			"credentialId" in actor ? actor.credentialId : null,
			event.action,
			target?.kind ?? null,
			target?.id ?? null,
			target?.name ?? null,
			event.outcome,
			event.address ?? null,
			event.requestId ?? null,
			JSON.stringify(event.detail ?? {}),
		],
	});
}
