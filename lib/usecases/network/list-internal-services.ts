import type { InternalServicesResponse } from "../../contract/internal-services.ts";
import { listInternalRanges, listServiceRows } from "../../db/internal-services.ts";
import type { Actor } from "../../domain/actor.ts";
import { actorMay } from "../../domain/permissions.ts";
import type { Deps } from "../deps.ts";
import { toInternalServiceResponse } from "./internal-service-response.ts";

export async function listInternalServices({ db }: Deps, actor: Actor): Promise<InternalServicesResponse> {
	const [rows, ranges] = await Promise.all([listServiceRows(db, actor), listInternalRanges(db)]);
	return {
		data: rows.map((row) => toInternalServiceResponse(row, ranges)),
		// What the operator's network looks like is for whoever adds services.
		internal_ranges: actorMay(actor, "workspace.change") ? ranges : null,
	};
}
