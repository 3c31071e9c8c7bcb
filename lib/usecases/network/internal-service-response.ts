import type { InternalServiceResponse } from "../../contract/internal-services.ts";
import type { ServiceRow } from "../../db/internal-services.ts";
import { isOpened } from "../../domain/internal-service.ts";

export function toInternalServiceResponse(row: ServiceRow, ranges: readonly string[]): InternalServiceResponse {
	const { id, name, address, ports, createdBy: created_by, createdAt } = row;
	const is_open = isOpened(address, ranges);
	return { id, name, address, ports, is_open, created_by, created_at: createdAt.toISOString() };
}
