import { recordAudit } from "../../db/audit-events.ts";
import { findPreviewBox, insertPreviewSession, spendPreviewTicket } from "../../db/previews.ts";
import { hashToken, newToken } from "../../db/token-hash.ts";
import { instanceName } from "../../domain/ids.ts";
import type { PreviewTarget } from "../../domain/preview-host.ts";
import type { Deps } from "../deps.ts";

/** Of a preview's cookie; it ends earlier with the credential that it came from. */
export const previewSessionLifeMs = 12 * 60 * 60_000;

/** Spends a ticket on the preview that it was given for; null when it is not for this one, was used or has expired. */
export async function redeemPreviewTicket(
	{ db }: Pick<Deps, "db">,
	o: { ticket: string; target: PreviewTarget; address: string },
): Promise<{ token: string } | null> {
	if (!/^[A-Za-z0-9_-]{43}$/.test(o.ticket)) return null;
	const ticket = await spendPreviewTicket(db, { tokenHash: hashToken(o.ticket), port: o.target.port ?? 0 });
	const box = ticket && (await findPreviewBox(db, ticket.devboxId));
	if (!ticket || !box) return null;
	const { label } = o.target;
	// Under a name that two workspaces use, the pages of one could wait in a browser for the other's.
	if (label !== instanceName(box.id) && (label !== box.name || box.isShared)) return null;
	await recordAudit(db.pool, {
		workspaceId: box.workspaceId,
		actor: {
			kind: "session",
			userId: ticket.userId,
			login: box.ownerLogin,
			credentialId: ticket.credentialIds[0] ?? "",
		},
		action: "preview.open",
		target: { kind: "devbox", id: box.id, name: box.name },
		outcome: "success",
		address: o.address,
		detail: { port: ticket.port },
	});
	const token = newToken();
	await insertPreviewSession(db, {
		tokenHash: hashToken(token),
		credentialIds: ticket.credentialIds,
		userId: ticket.userId,
		devboxId: ticket.devboxId,
		port: ticket.port,
		expiresAt: new Date(Date.now() + previewSessionLifeMs),
	});
	return { token };
}
