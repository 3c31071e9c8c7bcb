/** What an operator does with the key-encryption keys, while the product runs. Each answers what it says when it is done. */

import path from "node:path";
import type pg from "pg";
import { readSealedKeyIds } from "../lib/db/sealed-keys.ts";
import { counted } from "../lib/domain/counted.ts";
import { AppError } from "../lib/domain/errors.ts";
import { SecretText } from "../lib/domain/secret-text.ts";
import { rotateIdentityKey } from "../lib/identity/identity-keys.ts";
import { openEnvelopeSealer } from "../lib/vault/envelope-sealer.ts";
import { type EncryptionKey, type KeyRing, parseKeyRing } from "../lib/vault/key-ring.ts";
import { readKeyRing } from "../lib/vault/open-sealer.ts";
import { rewrapKeys } from "./database/rewrap-keys.ts";
import { dataFolder } from "./install/data-folders.ts";
import type { Install } from "./install/install.ts";
import { addKey, readKeyFile, removeKey } from "./install/key-file.ts";

const fileOf = (install: Install): string => path.join(dataFolder(install, "keys"), "key-encryption-key");

export async function rotateKey(install: Install): Promise<string> {
	const file = fileOf(install);
	const version = await addKey(file);
	return `Key ${version} is in ${file}: new values are sealed with it from now on. Back the file up now, then run: npm run admin -- rewrap`;
}

export async function rewrap(client: pg.Client, install: Install): Promise<string> {
	const file = fileOf(install);
	const ring = parseKeyRing(await readKeyFile(file), file);
	const { count, refused } = await rewrapKeys(client, ring);
	const unused = await unusedKeys(client, ring);
	const words = [`${counted(count, "sealed value")} now under key ${ring.current?.version}.`];
	for (const what of refused)
		words.push(`Refused: ${what} is not what was sealed for it, or its key is missing. It was left as it is.`);
	for (const { version } of unused)
		words.push(`Key ${version} is not used by this database any more: npm run admin -- retire-key ${version}`);
	if (unused.length > 0) words.push("Backups from before still need it: keep the key file with each of them.");
	return words.join("\n");
}

export async function retireKey(client: pg.Client, install: Install, text: string): Promise<string> {
	const file = fileOf(install);
	const ring = parseKeyRing(await readKeyFile(file), file);
	const key = ring.keys.find(({ version }) => String(version) === text);
	if (!key) throw refuse("not_found", `There is no key ${JSON.stringify(text.slice(0, 20))} in ${file}.`);
	if (key.id === ring.current?.id)
		throw refuse("conflict", `Key ${text} is the newest: new values are sealed with it.`);
	const unused = await unusedKeys(client, ring);
	if (!unused.includes(key))
		throw refuse("conflict", `Values in the database are still under key ${text}. Run first: npm run admin -- rewrap`);
	await removeKey(file, key.version);
	return `Key ${text} is out of ${file}. Backups from before ${ring.current ? `key ${ring.current.version}` : "now"} still need it.`;
}

/** Of the ID tokens. The key-encryption key may be given by environment, as it is to the product. */
export async function rotateSigningKey(client: pg.Client, o: { install: Install; isNow: boolean }): Promise<string> {
	const given = process.env.DEVBOX_KEY_ENCRYPTION_KEY;
	const text = given ? new SecretText(given) : null;
	const sealer = openEnvelopeSealer(await readKeyRing({ text, file: fileOf(o.install) }));
	const { id, signsFrom } = await rotateIdentityKey(client, { sealer, now: new Date(), isAtOnce: o.isNow });
	if (o.isNow)
		return `Key ${id} signs ID tokens from now on. Every older key is gone: tokens that they signed are refused as soon as verifiers read our keys again.`;
	return `Key ${id} is shown to verifiers now, and signs ID tokens from ${signsFrom.toISOString()} on. The one before stays until its last token has expired.`;
}

async function unusedKeys(client: pg.Client, ring: KeyRing): Promise<EncryptionKey[]> {
	const used = new Set(await readSealedKeyIds(client));
	return ring.keys.filter((key) => key.id !== ring.current?.id && !used.has(key.id));
}

function refuse(code: "not_found" | "conflict", message: string): AppError {
	return new AppError({ code, message });
}
