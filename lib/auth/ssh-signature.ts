/**
 * Whether a signature over a login was made with a public key: RFC 8709 (ed25519), RFC 5656 (ecdsa), RFC 8332 (rsa with SHA-2)
 * and OpenSSH's PROTOCOL.u2f (keys in hardware). SHA-1 is never taken.
 */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { SshReader } from "../domain/ssh-wire.ts";

type Input = {
	/** The public key as it came over the wire. */
	blob: Uint8Array;
	/** As the login names it. */
	algorithm: string;
	signature: Uint8Array;
	/** What must have been signed. */
	data: Uint8Array;
};

const curves = {
	nistp256: { crv: "P-256", hash: "sha256", bytes: 32 },
	nistp384: { crv: "P-384", hash: "sha384", bytes: 48 },
	nistp521: { crv: "P-521", hash: "sha512", bytes: 66 },
} as const;
const rsaHashes = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512" } as const;
/** Of a hardware key's answer: somebody touched it. */
const userPresent = 0x01;

/** False for anything that does not fit, however it is broken. */
export function isSshSignature(o: Input): boolean {
	try {
		const key = new SshReader(o.blob);
		const type = key.text();
		const signed = new SshReader(o.signature);
		if (signed.text() !== o.algorithm) return false;
		if (type === "ssh-rsa") return verifyRsa(o, { key, signed });
		if (type !== o.algorithm) return false;
		const hardware = /^sk-(.+)@openssh\.com$/.exec(type)?.[1];
		const plain = hardware ?? type;
		const publicKey = plain === "ssh-ed25519" ? edKey(key) : ecKey(key, curveOf(plain));
		const raw = signed.bytes();
		const data = hardware ? hardwareData(o.data, { key, signed }) : o.data;
		if (!signed.isAtEnd || !data) return false;
		if (plain === "ssh-ed25519") return raw.length === 64 && verify(null, data, publicKey, raw);
		return verifyEc({ data, raw, publicKey, curve: curveOf(plain) });
	} catch {
		// A blob that is cut off, a point that is not on its curve: nobody's signature.
		return false;
	}
}

function curveOf(type: string): (typeof curves)[keyof typeof curves] {
	const name = type.replace("ecdsa-sha2-", "");
	if (!Object.hasOwn(curves, name)) throw new TypeError("not a curve that is known here");
	return curves[name as keyof typeof curves];
}

function edKey(key: SshReader): KeyObject {
	return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: base64url(key.bytes()) }, format: "jwk" });
}

function ecKey(key: SshReader, { crv, bytes }: (typeof curves)[keyof typeof curves]): KeyObject {
	key.text();
	const point = key.bytes();
	if (point[0] !== 4 || point.length !== 1 + 2 * bytes) throw new TypeError("not an uncompressed point");
	const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)];
	return createPublicKey({ key: { kty: "EC", crv, x: base64url(x), y: base64url(y) }, format: "jwk" });
}

function verifyEc(o: {
	data: Uint8Array;
	raw: Uint8Array;
	publicKey: KeyObject;
	curve: (typeof curves)[keyof typeof curves];
}): boolean {
	const numbers = new SshReader(o.raw);
	const pair = Buffer.concat([numbers.bytes(), numbers.bytes()].map((number) => padded(number, o.curve.bytes)));
	return numbers.isAtEnd && verify(o.curve.hash, o.data, { key: o.publicKey, dsaEncoding: "ieee-p1363" }, pair);
}

function verifyRsa(o: Input, { key, signed }: { key: SshReader; signed: SshReader }): boolean {
	if (!Object.hasOwn(rsaHashes, o.algorithm)) return false;
	const hash = rsaHashes[o.algorithm as keyof typeof rsaHashes];
	const [e, n] = [key.bytes(), withoutZeros(key.bytes())];
	const publicKey = createPublicKey({
		key: { kty: "RSA", e: base64url(withoutZeros(e)), n: base64url(n) },
		format: "jwk",
	});
	const raw = signed.bytes();
	return signed.isAtEnd && verify(hash, o.data, publicKey, padded(raw, n.length));
}

/** What the hardware signs in place of the data; null when nobody touched it. */
function hardwareData(data: Uint8Array, { key, signed }: { key: SshReader; signed: SshReader }): Buffer | null {
	const application = key.bytes();
	const flags = signed.byte();
	const counter = Buffer.alloc(4);
	counter.writeUInt32BE(signed.uint32());
	if ((flags & userPresent) === 0) return null;
	const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
	return Buffer.concat([sha256(application), Buffer.from([flags]), counter, sha256(data)]);
}

function withoutZeros(number: Uint8Array): Uint8Array {
	const first = number.findIndex((byte) => byte !== 0);
	return first < 0 ? number.subarray(number.length) : number.subarray(first);
}

/** A number of a fixed length; a longer one throws. */
function padded(number: Uint8Array, bytes: number): Buffer {
	const digits = withoutZeros(number);
	if (digits.length > bytes) throw new RangeError("a number is too large");
	return Buffer.concat([Buffer.alloc(bytes - digits.length), digits]);
}

function base64url(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("base64url");
}
