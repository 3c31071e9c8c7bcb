import type { InternalServiceRequest, InternalServiceResponse } from "../../contract/internal-services.ts";
import { insertService, listInternalRanges } from "../../db/internal-services.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError, invalidField } from "../../domain/errors.ts";
import { internalServicesMax, isOpened, unopenedProblem } from "../../domain/internal-service.ts";
import type { Deps } from "../deps.ts";
import { toInternalServiceResponse } from "./internal-service-response.ts";

export async function createInternalService(
	{ db }: Deps,
	actor: Actor,
	{ body }: { body: InternalServiceRequest },
): Promise<InternalServiceResponse> {
	const ranges = await listInternalRanges(db);
	if (!isOpened(body.address, ranges)) throw invalidField("address", unopenedProblem(body.address, ranges));
	const row = await insertService(db, actor, body);
	if (row === "full")
		throw invalidField(
			"name",
			`A workspace has at most ${internalServicesMax} internal services. Remove one that nobody needs.`,
		);
	if (row === "taken")
		throw new AppError({
			code: "name_taken",
			message: `There is an internal service ${body.name} already. Remove it first, or choose another name.`,
		});
	return toInternalServiceResponse(row, ranges);
}
