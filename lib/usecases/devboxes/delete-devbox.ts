import { changeIntent, destroyedData, getEndableDevboxRow } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";

/**
 * From this moment the box is destroyed for every reader; a worker takes the machine down, and then the name is free. Whatever
 * else was going on with the box is void: the fence moves on, so that its worker can write no more. Destroying twice is success.
 * An admin may destroy anybody's.
 */
export async function deleteDevbox({ db }: Deps, actor: Actor, input: { params: { id: string } }): Promise<void> {
	const { id } = input.params;
	await getEndableDevboxRow(db, actor, id);
	await changeIntent(db, actor, id, {
		where: { state: { not: "destroyed" } },
		data: destroyedData(`Destroyed by ${actor.login}.`),
		pipeline: "destroy-devbox",
		cancelRuns: true,
		isEnd: true,
	});
}
