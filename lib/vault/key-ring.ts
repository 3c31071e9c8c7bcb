/**
 * The key-encryption keys. The file (or DEVBOX_KEY_ENCRYPTION_KEY) has one line per key, `<version>:<32 bytes in base64>`; new values are
 * sealed with the highest version, the others still open what was sealed with them. Sealed values name their key by a fingerprint.
 */
import { createHash, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { AppError } from "../domain/errors.ts";

export const keyBytes = 32;
export const keyIdBytes = 8;

export type EncryptionKey = { version: number; id: string; key: KeyObject };

export type KeyRing = {
	/** What new values are sealed with; null when there is no key at all. */
	current: EncryptionKey | null;
	/** `id` in hex. */
	find(id: string): EncryptionKey | null;
	/** Newest first. */
	readonly keys: readonly EncryptionKey[];
	/** Where the keys come from, for messages. */
	source: string;
};

/** A line of the file for a fresh key. */
export function newKeyLine(version: number): string {
	return `${version}:${randomBytes(keyBytes).toString("base64")}\n`;
}

/** Throws AppError `invalid` that names the source and the line at fault, and never what stands in it. */
export function parseKeyRing(text: string, source: string): KeyRing {
	const keys = text
		.split(/[\n,]/)
		.map((line) => line.trim())
		.filter(Boolean)
		.map((line, index) => parseLine(line, { source, number: index + 1 }))
		.sort((a, b) => b.version - a.version);
	if (new Set(keys.map(({ version }) => version)).size < keys.length)
		throw badKeys(source, "two keys have one version");
	return { current: keys[0] ?? null, keys, find: (id) => keys.find((key) => key.id === id) ?? null, source };
}

/** Tells one key from another without telling anything of it: the keys are 256 random bits. */
function keyId(key: Buffer): string {
	return createHash("sha256")
		.update("devbox key-encryption key\0")
		.update(key)
		.digest("hex")
		.slice(0, 2 * keyIdBytes);
}

function parseLine(line: string, o: { source: string; number: number }): EncryptionKey {
	const [, version = "", text = ""] = /^(\d{1,6}):([A-Za-z0-9+/]{43}=)$/.exec(line) ?? [];
	const key = Buffer.from(text, "base64");
	if (version === "" || key.length !== keyBytes)
		throw badKeys(o.source, `key ${o.number} is not of the form <version>:<32 bytes in base64>`);
	return { version: Number(version), id: keyId(key), key: createSecretKey(key) };
}

function badKeys(source: string, what: string): AppError {
	return new AppError({ code: "invalid", message: `The key-encryption keys in ${source} cannot be used: ${what}.` });
}

/**
 * `inUse`: ids of the keys that values in the database were sealed with. Throws AppError `invalid` when one of them is not here: such
 * values would be lost, and new ones sealed beside them.
 */
export function requireKeys(ring: KeyRing, inUse: readonly string[]): void {
	const missing = inUse.filter((id) => !ring.find(id));
	if (missing.length === 0) return;
	const what = ring.current
		? `${ring.source} holds another key than the one that secrets in the database were sealed with`
		: `The database holds sealed secrets, and their key-encryption key is missing: ${ring.source} is not there`;
	throw new AppError({
		code: "invalid",
		message: `${what} (wanted: ${missing.join(", ")}). Put back the file of the backup that the database comes from, or add its lines to the present one.`,
	});
}
