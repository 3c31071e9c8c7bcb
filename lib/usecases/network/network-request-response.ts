import type { NetworkRequestResponse } from "../../contract/network-requests.ts";
import type { NetworkRequestRow } from "../../db/network-requests.ts";

export function toNetworkRequestResponse(row: NetworkRequestRow): NetworkRequestResponse {
	return {
		id: row.id,
		devbox: { id: row.devboxId, name: row.devboxName },
		name: row.name,
		reason: row.reason,
		status: row.status,
		requested_by: row.requestedBy,
		asked_count: row.askedCount,
		created_at: row.createdAt.toISOString(),
		asked_at: row.askedAt.toISOString(),
		answered_by: row.answeredBy,
		answered_at: row.answeredAt?.toISOString() ?? null,
		answer: row.answer,
		expires_at: row.expiresAt?.toISOString() ?? null,
	};
}
