import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isSshSignature } from "./ssh-signature.ts";

const data = Buffer.from("what is signed");

function text(value: string | Buffer): Buffer {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(Buffer.byteLength(value));
	return Buffer.concat([length, Buffer.from(value)]);
}

const mpint = (number: Buffer) => text((number[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), number]) : number);
const jwk = (key: KeyObject, field: "x" | "y" | "n" | "e") =>
	Buffer.from(key.export({ format: "jwk" })[field] ?? "", "base64url");

type Signed = { blob: Buffer; algorithm: string; signature: Buffer; data: Buffer };

function rsa(algorithm: string, hash: string): Signed {
	const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	const blob = Buffer.concat([text("ssh-rsa"), mpint(jwk(publicKey, "e")), mpint(jwk(publicKey, "n"))]);
	const signature = Buffer.concat([text(algorithm), text(sign(hash, data, privateKey))]);
	return { blob, algorithm, signature, data };
}

function ecdsa(name: string, hash: string): Signed {
	const namedCurve = { nistp256: "P-256", nistp384: "P-384", nistp521: "P-521" }[name] ?? "";
	const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
	const algorithm = `ecdsa-sha2-${name}`;
	const point = Buffer.concat([Buffer.from([4]), jwk(publicKey, "x"), jwk(publicKey, "y")]);
	const pair = sign(hash, data, { key: privateKey, dsaEncoding: "ieee-p1363" });
	const raw = Buffer.concat([mpint(pair.subarray(0, pair.length / 2)), mpint(pair.subarray(pair.length / 2))]);
	return {
		blob: Buffer.concat([text(algorithm), text(name), text(point)]),
		algorithm,
		signature: Buffer.concat([text(algorithm), text(raw)]),
		data,
	};
}

function ed25519(): Signed {
	const { publicKey, privateKey } = generateKeyPairSync("ed25519");
	const algorithm = "ssh-ed25519";
	return {
		blob: Buffer.concat([text(algorithm), text(jwk(publicKey, "x"))]),
		algorithm,
		signature: Buffer.concat([text(algorithm), text(sign(null, data, privateKey))]),
		data,
	};
}

function securityKey(flags: number): Signed {
	const { publicKey, privateKey } = generateKeyPairSync("ed25519");
	const algorithm = "sk-ssh-ed25519@openssh.com";
	const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest();
	const tail = Buffer.from([flags, 0, 0, 0, 7]);
	const signed = Buffer.concat([sha256(Buffer.from("ssh:")), tail, sha256(data)]);
	return {
		blob: Buffer.concat([text(algorithm), text(jwk(publicKey, "x")), text("ssh:")]),
		algorithm,
		signature: Buffer.concat([text(algorithm), text(sign(null, signed, privateKey)), tail]),
		data,
	};
}

const good: [string, Signed][] = [
	["ed25519", ed25519()],
	["rsa with SHA-256", rsa("rsa-sha2-256", "sha256")],
	["rsa with SHA-512", rsa("rsa-sha2-512", "sha512")],
	["nistp256", ecdsa("nistp256", "sha256")],
	["nistp384", ecdsa("nistp384", "sha384")],
	["nistp521", ecdsa("nistp521", "sha512")],
	["a security key that was touched", securityKey(0x01)],
];

describe.each(good)("a signature of %s", (_name, signed) => {
	test("holds", () => expect(isSshSignature(signed)).toBe(true));

	test("does not hold for other data, another key or one bit less", () => {
		expect(isSshSignature({ ...signed, data: Buffer.from("what was not") })).toBe(false);
		for (const [, other] of good)
			if (other !== signed) expect(isSshSignature({ ...signed, blob: other.blob })).toBe(false);
		for (let at = 0; at < signed.signature.length; at += 7) {
			const broken = Buffer.from(signed.signature);
			broken[at] = (broken[at] ?? 0) ^ 1;
			expect(isSshSignature({ ...signed, signature: broken })).toBe(false);
		}
		for (let end = 0; end < signed.signature.length; end += 5)
			expect(isSshSignature({ ...signed, signature: signed.signature.subarray(0, end) })).toBe(false);
	});
});

test("a security key that nobody touched, and SHA-1, do not hold", () => {
	expect(isSshSignature(securityKey(0x00))).toBe(false);
	expect(isSshSignature(rsa("ssh-rsa", "sha1"))).toBe(false);
});
