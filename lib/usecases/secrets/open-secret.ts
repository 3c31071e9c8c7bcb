import type pg from "pg";
import type { AuditActor } from "../../domain/audit.ts";
import type { Sealer } from "../../domain/sealer.ts";
import type { SecretText } from "../../domain/secret-text.ts";
import { openSealed } from "./open-sealed.ts";
import { type SecretAt, sealedForSecret } from "./seal-secret.ts";

/** The value of one version. Throws AppError `conflict`, naming the secret, for bytes that were not sealed as it. */
export function openSecret(o: {
	pool: Pick<pg.Pool, "query">;
	sealer: Sealer;
	actor: AuditActor;
	at: SecretAt;
	name: string;
	sealed: Uint8Array;
}): Promise<SecretText> {
	const { at, name } = o;
	return openSealed({
		...o,
		sealedFor: sealedForSecret(at),
		target: { kind: "secret", id: at.secretId, name },
		refusal: `Version ${at.version} of the secret ${name} (${at.secretId}) is not what was sealed for it: it was moved, cut or changed in the database. It is not used. Put its value again.`,
	});
}
