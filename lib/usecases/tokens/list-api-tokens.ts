import type { ApiTokenResponse } from "../../contract/tokens.ts";
import { listApiTokens as listRows } from "../../db/api-tokens.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { type Page, type PageQuery, takePage } from "../page.ts";
import { toApiTokenResponse } from "./api-token-response.ts";

export async function listApiTokens(
	{ db }: Deps,
	actor: Actor,
	input: { query: PageQuery },
): Promise<Page<ApiTokenResponse>> {
	const page = takePage(await listRows(db, actor), input.query, { order: "newest", placeOf: (row) => row });
	return { data: page.rows.map(toApiTokenResponse), next_cursor: page.nextCursor };
}
