import { deleteService } from "../../db/internal-services.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";

export async function deleteInternalService(
	{ db }: Deps,
	actor: Actor,
	{ params: { id } }: { params: { id: string } },
): Promise<void> {
	if (await deleteService(db, actor, id)) return;
	throw new AppError({
		code: "not_found",
		message: `There is no internal service ${JSON.stringify(id.slice(0, 80))} in this workspace. List them with GET /internal-services.`,
	});
}
