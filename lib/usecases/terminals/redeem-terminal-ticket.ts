import { recordAudit } from "../../db/audit-events.ts";
import { dbCall } from "../../db/database.ts";
import { spendTerminalTicket } from "../../db/terminal-tickets.ts";
import { hashToken } from "../../db/token-hash.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";

/** Spends a ticket of this very session and answers what it opens. */
export async function redeemTerminalTicket(
	deps: Deps,
	actor: Actor,
	o: { ticket: string; address: string },
): Promise<{ devboxId: string; terminal: string }> {
	const row = await spendTerminalTicket(deps.db, { tokenHash: hashToken(o.ticket), credentialId: actor.credentialId });
	if (!row)
		throw new AppError({
			code: "unauthenticated",
			message: "This ticket was used, has expired, or is another session's or token's. Ask for a new one.",
		});
	await dbCall(() =>
		recordAudit(deps.db.pool, {
			workspaceId: actor.workspaceId,
			actor,
			action: "terminal.open",
			target: { kind: "devbox", id: row.devboxId },
			outcome: "success",
			address: o.address,
			detail: { terminal: row.terminal },
		}),
	);
	return { devboxId: row.devboxId, terminal: row.terminal };
}
