import type { ImportGithubSshKeysRequest } from "../../contract/github.ts";
import type { SshKeyResponse } from "../../contract/ssh-keys.ts";
import { listSshKeys, sshFingerprint } from "../../db/ssh-keys.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError, invalidField } from "../../domain/errors.ts";
import { parseSshPublicKey } from "../../domain/ssh-public-key.ts";
import type { GithubDeps } from "../deps.ts";
import { addSshKey } from "../ssh-keys/add-ssh-key.ts";

const nameMax = 80;

/** The keys themselves come from GitHub, on this server's side: the request says only which. Those that are registered already stay. */
export async function importGithubSshKeys(
	deps: GithubDeps,
	actor: Actor,
	{ body }: { body: ImportGithubSshKeysRequest },
): Promise<{ data: SshKeyResponse[] }> {
	const offered = new Map<string, { title: string; publicKey: string }>();
	for (const key of await deps.github.lists.sshKeys(actor)) {
		const fingerprint = fingerprintOf(key.publicKey);
		if (fingerprint) offered.set(fingerprint, key);
	}
	const wanted = [...new Set(body.fingerprints)];
	const unknown = wanted.filter((fingerprint) => !offered.has(fingerprint));
	if (unknown.length > 0)
		throw invalidField(
			"fingerprints",
			"Your GitHub account has no such key that could be imported. GET /integrations/github/ssh-keys lists them.",
		);
	const added: SshKeyResponse[] = [];
	const own = new Set((await listSshKeys(deps.db, actor.userId)).map((row) => row.fingerprint));
	for (const fingerprint of wanted) {
		const key = offered.get(fingerprint);
		if (!key || own.has(fingerprint)) continue;
		const name = key.title.trim().slice(0, nameMax) || "GitHub";
		added.push(await addSshKey(deps, actor, { body: { name, public_key: key.publicKey } }));
	}
	return { data: added };
}

function fingerprintOf(publicKey: string): string | null {
	try {
		return sshFingerprint(parseSshPublicKey(publicKey).blob);
	} catch (error) {
		// DSA, a short RSA key: listed with the reason, and not to be had.
		if (error instanceof AppError) return null;
		throw error;
	}
}
