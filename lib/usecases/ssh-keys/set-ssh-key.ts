import type { SetSshKeyRequest } from "../../contract/ssh-keys.ts";
import { makerTokensOf } from "../../db/maker-tokens.ts";
import { replaceSshKey } from "../../db/ssh-keys.ts";
import type { Actor } from "../../domain/actor.ts";
import { parseSshPublicKey } from "../../domain/ssh-public-key.ts";
import type { Deps } from "../deps.ts";
import { keyTaken } from "./ssh-key-response.ts";

/** The key that this puts in place goes by this name among the user's others. */
const ownSlot = "default";

/** The one key of a client that knows of one: it takes the place of the key that was set this way before, and ends with the token. */
export async function setSshKey({ db }: Deps, actor: Actor, { body }: { body: SetSshKeyRequest }): Promise<void> {
	const key = parseSshPublicKey(body.public_key);
	const { userId } = actor;
	if (!(await replaceSshKey(db, { userId, name: ownSlot, key, maker: makerTokensOf(actor) }))) throw keyTaken();
}
