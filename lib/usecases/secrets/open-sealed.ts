import type pg from "pg";
import { recordAudit } from "../../db/audit-events.ts";
import type { AuditActor, AuditTarget } from "../../domain/audit.ts";
import { AppError } from "../../domain/errors.ts";
import type { SealedFor, Sealer } from "../../domain/sealer.ts";
import type { SecretText } from "../../domain/secret-text.ts";

/** Bytes that were moved here from another row, cut or changed are refused with AppError `conflict`, and the audit log names them. */
export async function openSealed(o: {
	pool: Pick<pg.Pool, "query">;
	sealer: Sealer;
	actor: AuditActor;
	sealedFor: SealedFor;
	target: AuditTarget;
	sealed: Uint8Array;
	/** What the refusal says: what it is about, and what to do. */
	refusal: string;
}): Promise<SecretText> {
	const { sealedFor } = o;
	try {
		return o.sealer.open(o.sealed, sealedFor);
	} catch (error) {
		if (!(error instanceof AppError && error.code === "conflict")) throw error;
		await recordAudit(o.pool, {
			workspaceId: sealedFor.workspaceId,
			actor: o.actor,
			action: "secret.refused",
			target: o.target,
			outcome: "refused",
			detail: { purpose: sealedFor.purpose, version: sealedFor.version },
		});
		throw new AppError({ code: "conflict", message: o.refusal, cause: error });
	}
}
