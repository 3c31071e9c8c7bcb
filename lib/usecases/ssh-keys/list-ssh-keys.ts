import type { SshKeyResponse } from "../../contract/ssh-keys.ts";
import { listSshKeys as listRows } from "../../db/ssh-keys.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { type Page, type PageQuery, takePage } from "../page.ts";
import { toSshKeyResponse } from "./ssh-key-response.ts";

export async function listSshKeys(
	{ db }: Deps,
	actor: Actor,
	input: { query: PageQuery },
): Promise<Page<SshKeyResponse>> {
	const page = takePage(await listRows(db, actor.userId), input.query, { order: "oldest", placeOf: (row) => row });
	return { data: page.rows.map(toSshKeyResponse), next_cursor: page.nextCursor };
}
