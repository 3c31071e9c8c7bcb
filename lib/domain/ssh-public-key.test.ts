import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { AppError } from "./errors.ts";
import { parseSshPublicKey } from "./ssh-public-key.ts";

const folder = mkdtempSync(path.join(tmpdir(), "devbox-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

function newKey(type: string, bits: number, format: string[] = []): { publicKey: string; privateKey: string } {
	const file = path.join(folder, `key-${made++}`);
	execFileSync("ssh-keygen", [
		"-q",
		"-t",
		type,
		"-b",
		String(bits),
		"-N",
		"",
		"-C",
		"ann@laptop",
		...format,
		"-f",
		file,
	]);
	return { publicKey: readFileSync(`${file}.pub`, "utf8"), privateKey: readFileSync(file, "utf8") };
}

function refusalOf(text: string): string {
	try {
		parseSshPublicKey(text);
	} catch (error) {
		if (error instanceof AppError && error.code === "invalid" && error.fields?.[0]?.loc[1] === "public_key")
			return error.message;
		throw error;
	}
	throw new Error("it was taken");
}

const ed25519 = newKey("ed25519", 256);

test.each([
	["ed25519", 256],
	["rsa", 2048],
	["rsa", 4096],
	["ecdsa", 256],
	["ecdsa", 384],
	["ecdsa", 521],
])("a key of ssh-keygen is taken without its comment: %s %i", (type, bits) => {
	const { publicKey } = newKey(type, bits);
	const { line } = parseSshPublicKey(publicKey);
	expect(publicKey.startsWith(`${line} ann@laptop`)).toBe(true);
});

test("the keys of security keys are taken", () => {
	const text = (value: string | Buffer) => {
		const length = Buffer.alloc(4);
		length.writeUInt32BE(Buffer.byteLength(value));
		return Buffer.concat([length, Buffer.from(value)]);
	};
	for (const [type, fields] of [
		["sk-ssh-ed25519@openssh.com", [Buffer.alloc(32, 1), "ssh:"]],
		[
			"sk-ecdsa-sha2-nistp256@openssh.com",
			["nistp256", Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]), "ssh:"],
		],
	] as const) {
		const blob = Buffer.concat([text(type), ...fields.map(text)]);
		expect(parseSshPublicKey(`${type} ${blob.toString("base64")} me`).type).toBe(type);
	}
});

test("a private key is refused whatever its format, and never repeated", () => {
	const keys = [
		ed25519.privateKey,
		newKey("rsa", 2048, ["-m", "PEM"]).privateKey,
		newKey("ecdsa", 256, ["-m", "PKCS8"]).privateKey,
		"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
	];
	for (const key of keys) {
		const said = refusalOf(key);
		expect(said).toContain("PRIVATE key");
		expect(said).not.toContain(key.split("\n")[1]);
	}
});

test.each([
	["", "is needed"],
	["hello", "no public key"],
	[`command="id" ${ed25519.publicKey}`, "nothing stands before"],
	[`${ed25519.publicKey}${ed25519.publicKey}`, "one line"],
	[ed25519.publicKey.slice(0, 60), "cut off"],
	[ed25519.publicKey.replace("ssh-ed25519", "ssh-rsa"), "another one inside"],
	[`ssh-dss ${"A".repeat(400)}`, "DSA"],
	[`ssh-ed25519-cert-v01@openssh.com ${"A".repeat(400)}`, "certificate"],
	["---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----", "another format"],
	[newKey("rsa", 1024).publicKey, "has 1024 bits"],
	[`ssh-ed25519 ${"A".repeat(9000)}`, "single line"],
])("what is no good key is refused with what to do: %.40s", (text, words) => {
	expect(refusalOf(text)).toContain(words);
});
