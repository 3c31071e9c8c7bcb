import type { InternalServiceResponse } from "../../contract/internal-services.ts";
import { deleteService, listInternalRanges } from "../../db/internal-services.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toInternalServiceResponse } from "./internal-service-response.ts";

/** Answers what was removed: by its id alone the audit log would not say what was closed. */
export async function deleteInternalService(
	{ db }: Deps,
	actor: Actor,
	{ params: { id } }: { params: { id: string } },
): Promise<InternalServiceResponse> {
	const removed = await deleteService(db, actor, id);
	if (removed) return toInternalServiceResponse(removed, await listInternalRanges(db));
	throw new AppError({
		code: "not_found",
		message: `There is no internal service ${JSON.stringify(id.slice(0, 80))} in this workspace. List them with GET /internal-services.`,
	});
}
