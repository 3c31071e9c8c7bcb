import type { AuditEventResponse } from "../../contract/audit.ts";
import type { AuditRow } from "../../db/read-audit-events.ts";

export function toAuditEventResponse(row: AuditRow): AuditEventResponse {
	const { actorKind: kind, userId: user_id, login, credentialId: credential_id } = row;
	return {
		id: row.id,
		at: row.at.toISOString(),
		action: row.action,
		actor: { kind, user_id, login, credential_id },
		target: row.targetKind === null ? null : { kind: row.targetKind, id: row.targetId, name: row.targetName },
		outcome: row.outcome,
		address: row.address,
		request_id: row.requestId,
		detail: row.detail,
	};
}
