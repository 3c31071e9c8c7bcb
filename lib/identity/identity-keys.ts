/** Makes, opens and rotates the keys that sign ID tokens. The private half is sealed before it reaches the database. */
import { createPrivateKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { calculateJwkThumbprint, exportJWK } from "jose";
import type pg from "pg";
import { changeIdentityKeys, changePooledIdentityKeys, type IdentityKeyRow } from "../db/identity-keys.ts";
import { idTokenAlgorithm } from "../domain/identity.ts";
import { identityKeyRules, planKeys } from "../domain/identity-keys.ts";
import type { SealedFor, Sealer } from "../domain/sealer.ts";
import { SecretText } from "../domain/secret-text.ts";

const modulusLength = 2048;
const generate = promisify(generateKeyPair);

type NewKey = Omit<IdentityKeyRow, "createdAt">;

export async function makeIdentityKey(sealer: Sealer, signsFrom: Date): Promise<NewKey> {
	const { publicKey, privateKey } = await generate("rsa", { modulusLength });
	const jwk = await exportJWK(publicKey);
	const id = await calculateJwkThumbprint(jwk);
	const pem = new SecretText(String(privateKey.export({ type: "pkcs8", format: "pem" })));
	return {
		id,
		publicJwk: { ...jwk, kid: id, use: "sig", alg: idTokenAlgorithm },
		privateKey: Buffer.from(sealer.seal(pem, sealedFor(id))),
		signsFrom,
	};
}

/** Throws AppError `unavailable` without the key-encryption key, `conflict` for bytes that were moved or changed. */
export function openIdentityKey(sealer: Sealer, row: Pick<IdentityKeyRow, "id" | "privateKey">): KeyObject {
	return createPrivateKey(sealer.open(row.privateKey, sealedFor(row.id)).reveal());
}

function sealedFor(id: string): SealedFor {
	return { workspaceId: "", purpose: "identity-key", id, version: 1 };
}

type Upkeep = { sealer: Sealer; now: Date };

/** Makes the first key or a follower where one is due, and deletes those that nobody needs any more. */
export async function keepIdentityKeys(pool: pg.Pool, o: Upkeep & { isDue: boolean }): Promise<void> {
	const { sealer, now } = o;
	const shownFirst = new Date(now.getTime() + identityKeyRules.shownBeforeMs);
	// Made before the lock is taken: it takes up to a second.
	const made = o.isDue ? await makeIdentityKey(sealer, shownFirst) : null;
	await changePooledIdentityKeys(pool, (rows) => {
		const { signing, outdated, isDue } = planKeys(rows, now);
		const add = made && isDue ? { ...made, signsFrom: signing ? shownFirst : now } : null;
		return { add, remove: outdated.map(({ id }) => id) };
	});
}

/**
 * A follower, asked for by the operator. With `isAtOnce` it signs now and every older key is taken away, with all tokens that they
 * signed: for a key that somebody may have read.
 */
export async function rotateIdentityKey(
	client: pg.ClientBase,
	o: Upkeep & { isAtOnce: boolean },
): Promise<{ id: string; signsFrom: Date }> {
	const { sealer, now, isAtOnce } = o;
	const made = await makeIdentityKey(sealer, now);
	let signsFrom = now;
	await changeIdentityKeys(client, (rows) => {
		const { signing, outdated } = planKeys(rows, now);
		if (isAtOnce) return { add: made, remove: rows.map(({ id }) => id) };
		if (signing) signsFrom = new Date(now.getTime() + identityKeyRules.shownBeforeMs);
		return { add: { ...made, signsFrom }, remove: outdated.map(({ id }) => id) };
	});
	return { id: made.id, signsFrom };
}
