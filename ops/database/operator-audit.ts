/** What an operator does from the server's own shell stands in the audit log of every workspace here. */
import type pg from "pg";
import { recordAudit, recordAuditsWithin } from "../../lib/db/audit-events.ts";
import type { Operator } from "../../lib/db/member-changes.ts";
import { workspaceIds } from "../../lib/db/workspaces.ts";
import type { AuditEvent } from "../../lib/domain/audit.ts";
import { canaryWorkspace } from "../../lib/domain/isolation.ts";

/** `words`: of the command, as logins and roles are; never a secret. */
type OperatorCommand = { command: string; words: readonly string[] };

export async function recordOperatorAudit(client: pg.Client, o: OperatorCommand): Promise<void> {
	for (const workspaceId of await workspaceIds(client)) await recordAudit(client, eventOf(workspaceId, o));
}

/** The same in the transaction of what it tells. */
export function operatorAudit(o: OperatorCommand): Operator["record"] {
	return async (tx) => {
		const workspaces = await tx.workspace.findMany({
			where: { id: { not: canaryWorkspace.id } },
			select: { id: true },
		});
		await recordAuditsWithin(
			tx,
			workspaces.map(({ id }) => eventOf(id, o)),
		);
	};
}

function eventOf(workspaceId: string, { command, words }: OperatorCommand): AuditEvent {
	return {
		workspaceId,
		actor: { kind: "system", login: "operator" },
		action: "operator.command",
		outcome: "success",
		detail: { command, words },
	};
}
