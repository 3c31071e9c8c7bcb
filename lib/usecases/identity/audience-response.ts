import type { IdentityAudienceResponse } from "../../contract/identity.ts";
import type { AudienceRow } from "../../db/identity-audiences.ts";

export function toAudienceResponse(row: AudienceRow): IdentityAudienceResponse {
	const { id, audience, description, createdBy: created_by, createdAt } = row;
	return { id, audience, description, created_by, created_at: createdAt.toISOString() };
}
