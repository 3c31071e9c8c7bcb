import { deleteSshKeys } from "../../db/ssh-keys.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";

/** All of them: afterwards nothing is registered, whichever way it came. None at all is fine. */
export async function deleteSshKey({ db }: Deps, actor: Actor): Promise<void> {
	await deleteSshKeys(db, { userId: actor.userId });
}
