/** A public key as a person pastes it, one line of `~/.ssh/id_….pub`, checked down to its numbers. */
import { invalidField } from "./errors.ts";
import { SshReader, SshWireError } from "./ssh-wire.ts";

export type SshPublicKey = {
	type: SshKeyType;
	/** As it goes over the wire: what a fingerprint is made of. */
	blob: Uint8Array;
	/** `type base64`, without comment. */
	line: string;
};

/** RFC 8709, RFC 5656, RFC 4253; the two of hardware keys are OpenSSH's own (PROTOCOL.u2f). */
const keyTypes = [
	"ssh-ed25519",
	"ecdsa-sha2-nistp256",
	"ecdsa-sha2-nistp384",
	"ecdsa-sha2-nistp521",
	"ssh-rsa",
	"sk-ssh-ed25519@openssh.com",
	"sk-ecdsa-sha2-nistp256@openssh.com",
] as const;
export type SshKeyType = (typeof keyTypes)[number];

/** Bytes of an uncompressed point of each curve. */
const pointBytes = { nistp256: 65, nistp384: 97, nistp521: 133 } as const;

const lineCharactersMax = 8_192;
const rsaBits = { min: 2048, max: 16_384 } as const;

/** Throws `invalid` for the field `public_key`. What was pasted is never repeated: it may be a private key. */
export function parseSshPublicKey(text: string): SshPublicKey {
	const line = text.trim();
	if (/PRIVATE KEY|PuTTY-User-Key-File/i.test(line))
		throw refuse(
			"This is a PRIVATE key. It was not stored; keep it to yourself, and paste the one line of the file that ends in .pub.",
		);
	if (/BEGIN SSH2 PUBLIC KEY|BEGIN (RSA )?PUBLIC KEY/.test(line))
		throw refuse(
			"This is a public key in another format. Turn it into OpenSSH's with `ssh-keygen -i -f <file>` (add `-m PKCS8` for PEM).",
		);
	if (line.length === 0) throw refuse("A public key is needed: the one line of ~/.ssh/id_ed25519.pub.");
	if (line.length > lineCharactersMax || /[\r\n]/.test(line))
		throw refuse("One public key, on one line, is needed. Paste a single line of a .pub file.");
	const [type = "", base64 = ""] = line.split(/[ \t]+/);
	if (/-cert-v0\d@openssh\.com$/.test(type))
		throw refuse("This is a certificate. Paste the public key itself: the .pub file without -cert in its name.");
	if (type === "ssh-dss") throw refuse("DSA keys are not safe any more. Make another: ssh-keygen -t ed25519");
	if (!isKeyType(type))
		throw refuse(
			"This is no public key that is known here. It begins with ssh-ed25519, ecdsa-sha2-…, ssh-rsa or sk-…, and nothing stands before that.",
		);
	const blob = decodeBase64(base64);
	const problem = blob ? problemOf(type, blob) : "is cut off or mistyped";
	if (!blob || problem) throw refuse(`This ${type} key ${problem}. Copy the whole line of the .pub file.`);
	return { type, blob, line: `${type} ${base64}` };
}

export function isKeyType(type: string): type is SshKeyType {
	return keyTypes.some((known) => known === type);
}

function refuse(message: string): Error {
	return invalidField("public_key", message);
}

function decodeBase64(text: string): Uint8Array | null {
	if (!/^[A-Za-z0-9+/]{16,}={0,2}$/.test(text) || text.length % 4 !== 0) return null;
	return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Null for a good one; otherwise what is wrong, as the end of a sentence. */
function problemOf(type: SshKeyType, blob: Uint8Array): string | null {
	const fields = readStrings(blob);
	if (!fields) return "is cut off or mistyped";
	const [name, ...rest] = fields;
	if (!name || textOf(name) !== type) return "says that it is another one inside";
	if (type === "ssh-rsa") return rsaProblem(rest);
	const counts = type.startsWith("sk-ecdsa") ? 3 : type === "ssh-ed25519" ? 1 : 2;
	if (rest.length !== counts) return "is cut off or mistyped";
	if (type === "ssh-ed25519" || type.startsWith("sk-ssh-ed25519"))
		return rest[0]?.length === 32 ? null : "is cut off or mistyped";
	const curve = type.replace(/^(sk-)?ecdsa-sha2-/, "").replace("@openssh.com", "") as keyof typeof pointBytes;
	const isGood = rest[0] && rest[1] && textOf(rest[0]) === curve && rest[1].length === pointBytes[curve];
	return isGood && rest[1]?.[0] === 4 ? null : "is cut off or mistyped";
}

function rsaProblem([exponent, modulus, ...more]: Uint8Array[]): string | null {
	if (!exponent || !modulus || more.length > 0) return "is cut off or mistyped";
	const digits = modulus[0] === 0 ? modulus.subarray(1) : modulus;
	const bits = digits.length === 0 ? 0 : digits.length * 8 - Math.clz32(digits[0] ?? 0) + 24;
	if (bits < rsaBits.min)
		return `has ${bits} bits, and at least ${rsaBits.min} are needed; ssh-keygen -t ed25519 makes a good one`;
	return bits > rsaBits.max ? `has ${bits} bits, and at most ${rsaBits.max} are taken` : null;
}

/** The blob is a row of strings, all of it; null when it is not. */
function readStrings(blob: Uint8Array): Uint8Array[] | null {
	const fields: Uint8Array[] = [];
	const reader = new SshReader(blob);
	try {
		while (!reader.isAtEnd && fields.length < 5) fields.push(reader.bytes());
		return reader.isAtEnd ? fields : null;
	} catch (error) {
		if (error instanceof SshWireError) return null;
		throw error;
	}
}

function textOf(bytes: Uint8Array): string {
	return String.fromCharCode(...bytes);
}
