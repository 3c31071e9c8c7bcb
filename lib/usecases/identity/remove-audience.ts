import { deleteAudience } from "../../db/identity-audiences.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";

export async function removeAudience(
	{ db }: Deps,
	actor: Actor,
	{ params: { id } }: { params: { id: string } },
): Promise<void> {
	if (await deleteAudience(db, actor, id)) return;
	throw new AppError({
		code: "not_found",
		message: `There is no audience ${JSON.stringify(id.slice(0, 80))} in this workspace. List them with GET /identity.`,
	});
}
