/** What a step knows and writes of a box's tailnet, and where it gets the one token that a join takes. */
import type pg from "pg";
import { recordAudit } from "../../lib/db/audit-events.ts";
import { type BoxTailscale, readBoxTailscale, writeJoinState } from "../../lib/db/box-tailscale.ts";
import type { RunDevbox } from "../../lib/db/run-rows.ts";
import { boxSubject, type IdTokenIssuer, type IssuedIdToken, tokenDetail } from "../../lib/domain/identity.ts";
import { type JoinState, joinAudience } from "../../lib/domain/tailscale.ts";

export type TailnetDesk = {
	/** Null for a box that never joined anything. */
	read(): Promise<BoxTailscale | null>;
	/** `boot`: the engine's mark of the boot that it is of. */
	write(state: JoinState, of?: { tokenId?: string; boot?: string | null }): Promise<void>;
	/** A new one for each join: its id is in the audit log before it is given. Throws AppError where none can be signed. */
	token(clientId: string): Promise<IssuedIdToken>;
};

export function openTailnetDesk(o: { pool: pg.Pool; issuer: IdTokenIssuer; devbox: () => RunDevbox }): TailnetDesk {
	const db = { pool: o.pool };
	return {
		read: () => readBoxTailscale(db, o.devbox().id),
		write: (state, of = {}) => writeJoinState(db, { devboxId: o.devbox().id, state, ...of }),
		async token(clientId) {
			const { id: devboxId, name, workspaceId, ownerId, ownerLogin } = o.devbox();
			const audience = joinAudience(clientId);
			const issued = await o.issuer.issue({
				audience,
				subject: boxSubject({ workspaceId, devboxId }),
				claims: {
					workspace_id: workspaceId,
					devbox_id: devboxId,
					devbox_name: name,
					owner_id: ownerId,
					owner_login: ownerLogin,
				},
			});
			await recordAudit(o.pool, {
				workspaceId,
				actor: { kind: "system", userId: ownerId, login: ownerLogin },
				action: "identity.token",
				target: { kind: "devbox", id: devboxId, name },
				outcome: "success",
				detail: { ...tokenDetail(audience, issued), for: "tailscale" },
			});
			return issued;
		},
	};
}
