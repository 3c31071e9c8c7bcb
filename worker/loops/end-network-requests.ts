import { recordAudits, stampAuditEvent } from "../../lib/db/audit-events.ts";
import { inTransaction } from "../../lib/db/in-transaction.ts";
import { endRequests } from "../../lib/db/network-requests.ts";
import type { Loop } from "./loop.ts";

/**
 * Says of approvals whose time is up that they have ended. They have stopped to count before: whoever reads a policy looks at the
 * time, so that the filter lets nothing through while no loop turns here.
 */
export function endNetworkRequests(o: { everyMs: number }): Loop {
	return {
		name: "end-network-requests",
		everyMs: o.everyMs,
		async turn({ db: { pool } }) {
			await inTransaction(pool, async (client) => {
				const events = (await endRequests(client)).map(({ id, workspaceId, devboxId, name, answer }) =>
					stampAuditEvent({
						workspaceId,
						actor: { kind: "system" },
						action: "network_request.end",
						target: { kind: "network_request", id, name },
						outcome: "success",
						detail: { devbox_id: devboxId, name, reason: answer },
					}),
				);
				if (events.length > 0) await recordAudits(client, events);
			});
		},
	};
}
