import type { ApiTokenResponse } from "../../contract/tokens.ts";
import type { ApiTokenKind, ApiTokenRow } from "../../db/api-tokens.ts";
import type { Scope } from "../../domain/actor.ts";
import { iso, toUserSummary } from "../devboxes/devbox-response.ts";

export function toApiTokenResponse(row: ApiTokenRow): ApiTokenResponse {
	return {
		id: row.id,
		kind: row.kind as ApiTokenKind,
		name: row.name,
		hint: row.hint,
		scopes: row.scopes as Scope[],
		owner: toUserSummary(row.user),
		created_at: row.createdAt.toISOString(),
		expires_at: iso(row.expiresAt),
		last_used_at: iso(row.lastUsedAt),
	};
}
