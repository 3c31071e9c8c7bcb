import type { ApiTokenResponse } from "../../contract/tokens.ts";
import { listApiTokens as listRows } from "../../db/api-tokens.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { toApiTokenResponse } from "./api-token-response.ts";

export async function listApiTokens({ db }: Deps, actor: Actor): Promise<{ data: ApiTokenResponse[] }> {
	return { data: (await listRows(db, actor)).map(toApiTokenResponse) };
}
