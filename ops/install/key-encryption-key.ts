/** The key that all secrets in the database hang on: made at the first start, and never beside a database that was sealed with another. */
import { existsSync } from "node:fs";
import path from "node:path";
import { readSealedKeyIds } from "../../lib/db/sealed-keys.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";
import { newKeyLine, requireKeys } from "../../lib/vault/key-ring.ts";
import { readKeyRing } from "../../lib/vault/open-sealer.ts";
import { withClient } from "../database/owner-client.ts";
import { dataFolder, giveTo } from "./data-folders.ts";
import { type Install, replaceFile } from "./install.ts";
import type { SystemUsers } from "./system-users.ts";

const fileMode = 0o600;

/**
 * Call it when the database has its tables. Answers whether the key was made now. Throws AppError `invalid`, saying what to put back,
 * when the database holds values that no key here opens.
 */
export async function ensureKeyEncryptionKey(o: {
	install: Install;
	users: SystemUsers | null;
	ownerUrl: string;
}): Promise<boolean> {
	const file = path.join(dataFolder(o.install, "keys"), "key-encryption-key");
	const given = process.env.DEVBOX_KEY_ENCRYPTION_KEY?.trim();
	const text = given ? new SecretText(given) : null;
	const inUse = await withClient(o.ownerUrl, readSealedKeyIds);
	const isMade = text === null && !existsSync(file) && inUse.length === 0;
	if (isMade) await replaceFile(file, newKeyLine(1), fileMode);
	requireKeys(await readKeyRing({ text, file }), inUse);
	if (existsSync(file)) await giveTo(file, o.users?.app ?? null, fileMode);
	return isMade;
}
