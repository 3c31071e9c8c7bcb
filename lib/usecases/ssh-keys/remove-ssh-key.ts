import { deleteSshKeys } from "../../db/ssh-keys.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";

export async function removeSshKey({ db }: Deps, actor: Actor, input: { params: { id: string } }): Promise<void> {
	if ((await deleteSshKeys(db, { userId: actor.userId, id: input.params.id })) > 0) return;
	throw new AppError({
		code: "not_found",
		message: "There is no such SSH key of yours. List them with GET /users/me/ssh-keys.",
	});
}
