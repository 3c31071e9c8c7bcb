import { deletePolicy } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { policyNotFound } from "./policy-not-found.ts";

export async function deleteNetworkPolicy(
	{ db }: Deps,
	actor: Actor,
	{ params: { id } }: { params: { id: string } },
): Promise<void> {
	const result = await deletePolicy(db, actor, id);
	if (result === "not_found") throw policyNotFound(id);
	if (result === "is_default")
		throw new AppError({
			code: "conflict",
			message: "It is the workspace's default for new devboxes. Choose another default first.",
		});
	if (result === "in_use")
		throw new AppError({
			code: "conflict",
			message: "Devboxes follow this policy. Give them another first, or destroy them.",
		});
}
