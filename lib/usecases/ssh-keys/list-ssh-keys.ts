import type { SshKeyResponse } from "../../contract/ssh-keys.ts";
import { listSshKeys as listRows } from "../../db/ssh-keys.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toSshKeyResponse } from "./ssh-key-response.ts";

export async function listSshKeys({ db }: Deps, actor: Actor): Promise<{ data: SshKeyResponse[] }> {
	return { data: (await listRows(db, actor.userId)).map(toSshKeyResponse) };
}
