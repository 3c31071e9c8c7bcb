import type { Database } from "../../db/database.ts";
import type { NewDevboxSecret } from "../../db/devbox-secrets.ts";
import { findUsableSecrets, secretNotFound } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import { type EnvEntry, environmentLimits, environmentTooLarge } from "../../domain/devbox-inputs.ts";
import { invalidField } from "../../domain/errors.ts";
import { requirePermission } from "../../domain/permissions.ts";

/** The secrets that a create names, checked: the actor's own or the workspace's; another's is not there. Their values come later. */
export async function requestedSecrets(
	db: Pick<Database, "pool">,
	actor: Actor,
	env: readonly EnvEntry[],
): Promise<NewDevboxSecret[]> {
	const asked = env.flatMap((entry) => ("from_secret_id" in entry ? [entry] : []));
	if (asked.length === 0) return [];
	requirePermission(actor, "secret.use");
	const ids = [...new Set(asked.map((entry) => entry.from_secret_id))];
	const usable = new Map((await findUsableSecrets(db, actor, ids)).map((secret) => [secret.id, secret]));
	let bytes = 0;
	const secrets = asked.map((entry) => {
		const secret = usable.get(entry.from_secret_id);
		if (!secret) throw secretNotFound(entry.from_secret_id);
		bytes += secret.sizeBytes + entry.name.length + 2;
		return { envName: entry.name, secretId: secret.id, secretName: secret.name };
	});
	for (const entry of env) if ("value" in entry) bytes += entry.value.bytes + entry.name.length + 2;
	if (bytes > environmentLimits.totalBytesMax) throw invalidField("env", environmentTooLarge);
	return secrets;
}
