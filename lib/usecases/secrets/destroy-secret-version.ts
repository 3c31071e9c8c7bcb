import { destroySecretVersionRow, getSecretRow } from "../../db/secrets.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { noSuchVersion } from "./no-such-version.ts";
import { requireSecretChange } from "./secret-response.ts";

/** The value of an older version, for good. */
export async function destroySecretVersion(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string; version: number } },
): Promise<void> {
	const { id, version } = input.params;
	const secret = await getSecretRow(db, actor, id);
	requireSecretChange(actor, secret);
	if (version === secret.version)
		throw new AppError({
			code: "conflict",
			message: `Version ${version} of ${secret.name} is the newest, which boxes get. Put a new value first, or delete the secret.`,
		});
	if (!(await destroySecretVersionRow(db, { secretId: id, version }))) throw noSuchVersion(secret.name, version);
}
