import type { AuditFilters } from "../../contract/audit.ts";
import { recordAudit } from "../../db/audit-events.ts";
import { dbCall } from "../../db/database.ts";
import { readAuditRows } from "../../db/read-audit-events.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toAuditEventResponse } from "./audit-event-response.ts";

type ExportInput = { query: AuditFilters; address: string; requestId: string };

/** JSON lines, a page of the log at a time. Who takes the log away is told in it first. */
export async function* exportAuditEvents(deps: Deps, actor: Actor, o: ExportInput): AsyncGenerator<Buffer> {
	const { workspaceId } = actor;
	const detail = Object.fromEntries(Object.entries(o.query).filter(([, value]) => value !== undefined));
	await dbCall(() =>
		recordAudit(deps.db.pool, {
			workspaceId,
			actor,
			action: "audit.export",
			target: { kind: "workspace", id: workspaceId },
			outcome: "success",
			address: o.address,
			requestId: o.requestId,
			detail,
		}),
	);
	for await (const rows of readAuditRows(deps.db, actor, o.query))
		yield Buffer.from(rows.map((row) => `${JSON.stringify(toAuditEventResponse(row))}\n`).join(""));
}
