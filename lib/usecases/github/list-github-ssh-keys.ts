import type { GithubSshKeyResponse } from "../../contract/github.ts";
import { listSshKeys, sshFingerprint } from "../../db/ssh-keys.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { parseSshPublicKey } from "../../domain/ssh-public-key.ts";
import type { GithubDeps } from "../deps.ts";

/** Each with whether it can be imported, so that a choice can be shown. */
export async function listGithubSshKeys(
	{ github, db }: GithubDeps,
	actor: Actor,
): Promise<{ data: GithubSshKeyResponse[] }> {
	const [keys, own] = await Promise.all([github.lists.sshKeys(actor), listSshKeys(db, actor.userId)]);
	return {
		data: keys.map(({ title, publicKey }) => {
			const type = publicKey.split(" ", 1)[0]?.slice(0, 100) ?? "";
			try {
				const fingerprint = sshFingerprint(parseSshPublicKey(publicKey).blob);
				const known = own.find((row) => row.fingerprint === fingerprint);
				return { title, type, fingerprint, problem: null, registered_as: known?.name ?? null };
			} catch (error) {
				if (!(error instanceof AppError)) throw error;
				return { title, type, fingerprint: null, problem: error.message, registered_as: null };
			}
		}),
	};
}
