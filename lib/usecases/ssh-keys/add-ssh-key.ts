import type { AddSshKeyRequest, SshKeyResponse } from "../../contract/ssh-keys.ts";
import { makerTokensOf } from "../../db/maker-tokens.ts";
import { insertSshKey, keepSshKey, listSshKeys, sshFingerprint } from "../../db/ssh-keys.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { parseSshPublicKey } from "../../domain/ssh-public-key.ts";
import type { Deps } from "../deps.ts";
import { keyTaken, toSshKeyResponse } from "./ssh-key-response.ts";

const keysPerUserMax = 50;

/** One that a token registers ends with the token: it would otherwise outlive a token that leaked. */
export async function addSshKey(
	{ db }: Deps,
	actor: Actor,
	{ body }: { body: AddSshKeyRequest },
): Promise<SshKeyResponse> {
	const key = parseSshPublicKey(body.public_key);
	const own = await listSshKeys(db, actor.userId);
	const fingerprint = sshFingerprint(key.blob);
	const known = own.find((row) => row.fingerprint === fingerprint);
	if (known?.apiTokenId && actor.kind === "session")
		return toSshKeyResponse(await keepSshKey(db, { id: known.id, userId: actor.userId, name: body.name }));
	if (known)
		throw new AppError({ code: "conflict", message: `You have registered this key already, as ${known.name}.` });
	if (own.length >= keysPerUserMax)
		throw new AppError({ code: "conflict", message: `You have ${keysPerUserMax} SSH keys. Remove one first.` });
	const row = await insertSshKey(db, { userId: actor.userId, name: body.name, key, maker: makerTokensOf(actor) });
	if (!row) throw keyTaken();
	return toSshKeyResponse(row);
}
