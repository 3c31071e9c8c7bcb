import { revokeSessionRow } from "../../db/sessions.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";

/** Signs one of the actor's own browsers out; every open stream of it ends. */
export async function revokeSession({ db }: Deps, actor: Actor, input: { params: { id: string } }): Promise<void> {
	if (await revokeSessionRow(db, { id: input.params.id, userId: actor.userId })) return;
	throw new AppError({ code: "not_found", message: "There is no such session of yours, or it has ended already." });
}
