import type { ChangedSecretResponse } from "../../contract/secrets.ts";
import { findSealedVersion, getSecretRow, insertSecretVersion, listSecretVersionRows } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { CreateDeps } from "../deps.ts";
import { changedSecret } from "./changed-secret.ts";
import { noSuchVersion } from "./no-such-version.ts";
import { openSecret } from "./open-secret.ts";
import { sealSecret } from "./seal-secret.ts";
import { requireSecretChange } from "./secret-response.ts";

/** The value of an older version becomes the newest one: nobody reads it on the way. */
export async function restoreSecretVersion(
	{ db, sealer }: CreateDeps,
	actor: Actor,
	input: { params: { id: string; version: number } },
): Promise<ChangedSecretResponse> {
	const { id: secretId, version } = input.params;
	const secret = await getSecretRow(db, actor, secretId);
	requireSecretChange(actor, secret);
	const { workspaceId, name } = secret;
	const sealed = await findSealedVersion(db, { secretId, version });
	if (!sealed) {
		const isKnown = (await listSecretVersionRows(db, secretId)).some((row) => row.version === version);
		if (!isKnown) throw noSuchVersion(name, version);
		throw new AppError({ code: "conflict", message: `Version ${version} of ${name} was destroyed.` });
	}
	const value = await openSecret({
		pool: db.pool,
		sealer,
		actor,
		at: { workspaceId, secretId, version },
		name,
		sealed,
	});
	await insertSecretVersion(db, {
		secretId,
		createdBy: actor.userId,
		seal: (next) => sealSecret(sealer, { workspaceId, secretId, version: next }, value),
	});
	return changedSecret(db, actor, secretId);
}
