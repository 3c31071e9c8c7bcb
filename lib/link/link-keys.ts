import ssh2 from "ssh2";
import { SecretText } from "../domain/secret-text.ts";

export type LinkKeys = { private: SecretText; public: string };

const attemptsMax = 20;

/**
 * A fresh ed25519 pair in OpenSSH's format. ssh2 1.17 writes one private key in 256 in a way that it cannot read again (it drops
 * a leading zero of the raw key), so each is read back before it is used.
 */
export function newLinkKeys(): LinkKeys {
	for (let attempt = 0; attempt < attemptsMax; attempt++) {
		const keys = ssh2.utils.generateKeyPairSync("ed25519");
		if (!(ssh2.utils.parseKey(keys.private) instanceof Error))
			return { private: new SecretText(keys.private), public: keys.public };
	}
	throw new Error(`No readable ed25519 key in ${attemptsMax} attempts`);
}
