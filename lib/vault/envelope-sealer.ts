/**
 * Envelope encryption, AES-256-GCM twice: each value has a data key of its own, and a key-encryption key wraps that. Both are bound
 * to what the value belongs to, so that bytes moved to another row, cut short or of another version do not open.
 *
 *   format (1) | key id (8) | nonce (12) wrapped data key (32) tag (16) | nonce (12) value (n) tag (16)
 */
import {
	createCipheriv,
	createDecipheriv,
	createHmac,
	createSecretKey,
	hkdfSync,
	type KeyObject,
	randomBytes,
} from "node:crypto";
import { AppError } from "../domain/errors.ts";
import type { SealedFor, Sealer } from "../domain/sealer.ts";
import { SecretText } from "../domain/secret-text.ts";
import { type KeyRing, keyBytes, keyIdBytes } from "./key-ring.ts";

const cipher = "aes-256-gcm";
const format = 1;
const nonceBytes = 12;
const tagBytes = 16;
const wrappedBytes = nonceBytes + keyBytes + tagBytes;
const headBytes = 1 + keyIdBytes;

export function openEnvelopeSealer(ring: KeyRing): Sealer {
	return {
		seal(text, sealedFor) {
			const { current } = ring;
			if (!current) throw noKey(ring);
			const bare = randomBytes(keyBytes);
			const dataKey = createSecretKey(bare);
			const aad = contextOf(sealedFor);
			const head = Buffer.concat([Buffer.of(format), Buffer.from(current.id, "hex")]);
			const wrapped = encrypt({ key: current.key, plain: bare, aad: Buffer.concat([head, aad]) });
			return new Uint8Array(
				Buffer.concat([head, wrapped, encrypt({ key: dataKey, plain: Buffer.from(text.reveal()), aad })]),
			);
		},
		fingerprints(text) {
			const [current, ...earlier] = ring.keys.map(({ key }) => fingerprint(key, text));
			if (current === undefined) throw noKey(ring);
			return [current, ...earlier];
		},
		open(sealed, sealedFor) {
			const bytes = Buffer.from(sealed);
			if (bytes.length < headBytes + wrappedBytes + nonceBytes + tagBytes || bytes[0] !== format)
				throw cannotOpen(sealedFor);
			const head = bytes.subarray(0, headBytes);
			const key = ring.find(head.subarray(1).toString("hex"));
			if (!key) throw noKey(ring);
			const aad = contextOf(sealedFor);
			try {
				const wrapped = bytes.subarray(headBytes, headBytes + wrappedBytes);
				const dataKey = createSecretKey(decrypt({ key: key.key, sealed: wrapped, aad: Buffer.concat([head, aad]) }));
				const plain = decrypt({ key: dataKey, sealed: bytes.subarray(headBytes + wrappedBytes), aad });
				return new SecretText(plain.toString("utf8"));
			} catch (cause) {
				throw cannotOpen(sealedFor, cause);
			}
		},
	};
}

/** Under a key of its own, which is derived from the key-encryption key: what wraps is used for nothing else. */
function fingerprint(key: KeyObject, text: SecretText): string {
	const macKey = Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), "devbox fingerprints of inputs", keyBytes));
	return createHmac("sha256", macKey).update(text.reveal()).digest("hex");
}

/**
 * The same value under the newest key: its data key is wrapped anew, the value itself is not opened. Null when the newest key wraps it
 * already. Throws as `open` does.
 */
export function rewrapEnvelope(
	ring: KeyRing,
	o: { sealed: Uint8Array; sealedFor: SealedFor },
): Uint8Array<ArrayBuffer> | null {
	const bytes = Buffer.from(o.sealed);
	const { current } = ring;
	if (!current) throw noKey(ring);
	if (bytes.length < headBytes + wrappedBytes + nonceBytes + tagBytes || bytes[0] !== format)
		throw cannotOpen(o.sealedFor);
	const head = bytes.subarray(0, headBytes);
	const key = ring.find(head.subarray(1).toString("hex"));
	if (!key) throw noKey(ring);
	if (key.id === current.id) return null;
	const aad = contextOf(o.sealedFor);
	try {
		const wrapped = bytes.subarray(headBytes, headBytes + wrappedBytes);
		const dataKey = decrypt({ key: key.key, sealed: wrapped, aad: Buffer.concat([head, aad]) });
		const newHead = Buffer.concat([Buffer.of(format), Buffer.from(current.id, "hex")]);
		const rewrapped = encrypt({ key: current.key, plain: dataKey, aad: Buffer.concat([newHead, aad]) });
		return new Uint8Array(Buffer.concat([newHead, rewrapped, bytes.subarray(headBytes + wrappedBytes)]));
	} catch (cause) {
		throw cannotOpen(o.sealedFor, cause);
	}
}

/** Fields that cannot run into each other: none of them holds a NUL. */
function contextOf(o: SealedFor): Buffer {
	return Buffer.from(["devbox sealed", o.workspaceId, o.purpose, o.id, String(o.version)].join("\0"));
}

function encrypt(o: { key: KeyObject; plain: Buffer; aad: Buffer }): Buffer {
	const nonce = randomBytes(nonceBytes);
	const sealing = createCipheriv(cipher, o.key, nonce).setAAD(o.aad);
	return Buffer.concat([nonce, sealing.update(o.plain), sealing.final(), sealing.getAuthTag()]);
}

function decrypt(o: { key: KeyObject; sealed: Buffer; aad: Buffer }): Buffer {
	const nonce = o.sealed.subarray(0, nonceBytes);
	const tag = o.sealed.subarray(o.sealed.length - tagBytes);
	const opening = createDecipheriv(cipher, o.key, nonce, { authTagLength: tagBytes }).setAAD(o.aad).setAuthTag(tag);
	return Buffer.concat([opening.update(o.sealed.subarray(nonceBytes, o.sealed.length - tagBytes)), opening.final()]);
}

function noKey(ring: KeyRing): AppError {
	return new AppError({
		code: "unavailable",
		message:
			"Secrets cannot be sealed or opened here: the server's key-encryption key is missing. Its operator can put it back.",
		cause: new Error(`no key in ${ring.source}`),
	});
}

function cannotOpen(o: SealedFor, cause?: unknown): AppError {
	return new AppError({
		code: "conflict",
		message: `The sealed value ${o.purpose} of ${o.id} was not sealed for it: it was moved, cut or changed. It is not used.`,
		cause,
	});
}
