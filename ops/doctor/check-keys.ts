/** Whether what is sealed in the database can be opened with the keys that are here. */
import path from "node:path";
import type pg from "pg";
import { readSealedKeyIds } from "../../lib/db/sealed-keys.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";
import { requireKeys } from "../../lib/vault/key-ring.ts";
import { readKeyRing } from "../../lib/vault/open-sealer.ts";
import { dataFolder } from "../install/data-folders.ts";
import type { Install } from "../install/install.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

export async function checkKeys(install: Install, client: pg.Client): Promise<Finding> {
	const file = path.join(dataFolder(install, "keys"), "key-encryption-key");
	const given = process.env.DEVBOX_KEY_ENCRYPTION_KEY?.trim();
	try {
		const inUse = await readSealedKeyIds(client);
		const ring = await readKeyRing({ text: given ? new SecretText(given) : null, file });
		requireKeys(ring, inUse);
		if (!ring.current) return warn("secrets' key", "is not there yet", "npm start makes it");
		const older = ring.keys.slice(1).filter(({ id }) => inUse.includes(id)).length;
		if (older > 0)
			return warn(
				"secrets' key",
				`version ${ring.current.version}; values are still under ${older} older`,
				"npm run admin -- rewrap",
			);
		return ok("secrets' key", `version ${ring.current.version} of ${ring.source}`);
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return fail("secrets' key", error.message, "Put back keys/key-encryption-key of the backup; see the runbook");
	}
}
