/** What an operator does from the server's own shell stands in the audit log of every workspace here. */
import type pg from "pg";
import { recordAudit } from "../../lib/db/audit-events.ts";
import { workspaceIds } from "../../lib/db/workspaces.ts";

/** `words`: of the command, as logins and roles are; never a secret. */
export async function recordOperatorAudit(
	client: pg.Client,
	o: { command: string; words: readonly string[] },
): Promise<void> {
	for (const workspaceId of await workspaceIds(client))
		await recordAudit(client, {
			workspaceId,
			actor: { kind: "system", login: "operator" },
			action: "operator.command",
			outcome: "success",
			detail: { command: o.command, words: o.words },
		});
}
