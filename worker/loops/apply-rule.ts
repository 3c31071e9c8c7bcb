import type pg from "pg";
import { recordAudits, stampAuditEvent } from "../../lib/db/audit-events.ts";
import type { RuledDevbox } from "../../lib/db/devbox-rules.ts";
import { inTransaction } from "../../lib/db/in-transaction.ts";

/** What a rule did to boxes, and the audit log's word of it, together or not at all. */
export function applyRule(
	pool: pg.Pool,
	action: "devbox.idle" | "devbox.expire",
	rule: (client: pg.PoolClient) => Promise<RuledDevbox[]>,
): Promise<RuledDevbox[]> {
	return inTransaction(pool, async (client) => {
		const boxes = await rule(client);
		const events = boxes.map(({ id, name, workspaceId, ownerId, reason }) =>
			stampAuditEvent({
				workspaceId,
				actor: { kind: "system" },
				action,
				target: { kind: "devbox", id, name },
				outcome: "success",
				detail: { reason, owner_id: ownerId },
			}),
		);
		if (events.length > 0) await recordAudits(client, events);
		return boxes;
	});
}
