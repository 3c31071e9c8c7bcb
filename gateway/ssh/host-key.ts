import ssh2 from "ssh2";
import { sshFingerprint } from "../../lib/db/ssh-keys.ts";
import type { SecretText } from "../../lib/domain/secret-text.ts";

export type HostKey = {
	/** OpenSSH's private key format. */
	privateKey: SecretText;
	/** `ssh-ed25519 AAAA…` */
	publicKey: string;
	fingerprint: string;
};

/** Throws for what is no ed25519 private key. */
export function readHostKey(privateKey: SecretText): HostKey {
	const parsed = ssh2.utils.parseKey(privateKey.reveal());
	const key = Array.isArray(parsed) ? parsed[0] : parsed;
	if (!key || key instanceof Error || key.type !== "ssh-ed25519" || key.getPrivatePEM() === null)
		throw new Error(
			"The SSH host key is no ed25519 private key. Remove the file and start again: npm start makes another.",
		);
	const blob = key.getPublicSSH();
	return { privateKey, publicKey: `ssh-ed25519 ${blob.toString("base64")}`, fingerprint: sshFingerprint(blob) };
}
