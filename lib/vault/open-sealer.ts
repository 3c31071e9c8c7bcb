import { readFile } from "node:fs/promises";
import type { KeyEncryptionKeySource } from "../config/config.ts";
import type { Sealer } from "../domain/sealer.ts";
import { openEnvelopeSealer } from "./envelope-sealer.ts";
import { type KeyRing, parseKeyRing, requireKeys } from "./key-ring.ts";
import { rereadingKeyRing } from "./rereading-key-ring.ts";

/** From the environment where it is given there, else from the file. A file that is not there is a ring without keys. */
export async function readKeyRing(o: KeyEncryptionKeySource): Promise<KeyRing> {
	if (o.text !== null) return parseKeyRing(o.text.reveal(), "DEVBOX_KEY_ENCRYPTION_KEY");
	try {
		return parseKeyRing(await readFile(o.file, "utf8"), o.file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		return parseKeyRing("", o.file);
	}
}

/**
 * What seals and opens in this process. `keyIdsInUse`: of the keys that values in the database were sealed with; throws AppError
 * `invalid` when one of them is not at hand, so that a process with the wrong key does not come up.
 */
export async function openSealer(o: {
	source: KeyEncryptionKeySource;
	keyIdsInUse: readonly string[];
}): Promise<Sealer> {
	const ring = await readKeyRing(o.source);
	requireKeys(ring, o.keyIdsInUse);
	return openEnvelopeSealer(o.source.text === null ? rereadingKeyRing(o.source.file, ring) : ring);
}
