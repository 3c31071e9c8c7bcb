import { recordAudit } from "../../lib/db/audit-events.ts";
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
			for (const { id, workspaceId, devboxId, name, answer } of await endRequests(pool))
				await recordAudit(pool, {
					workspaceId,
					actor: { kind: "system" },
					action: "network_request.end",
					target: { kind: "network_request", id, name },
					outcome: "success",
					detail: { devbox_id: devboxId, name, reason: answer },
				});
		},
	};
}
