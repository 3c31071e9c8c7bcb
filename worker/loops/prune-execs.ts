/** Drops the oldest execs of each box past a number, with what detached ones have left in it. */
import { deleteExecs, type ExecLeftover, pruneExecs as prune, readExecLeftovers } from "../../lib/db/exec-upkeep.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { removeDetached } from "../../lib/usecases/execs/detached-execs.ts";
import { forEachPlace } from "./exec-places.ts";
import type { Loop, LoopContext } from "./loop.ts";

export function pruneExecs(o: { everyMs: number }): Loop {
	return {
		name: "prune-execs",
		everyMs: o.everyMs,
		async turn(ctx) {
			await prune(ctx.db.pool);
			await forEachPlace(ctx, await readExecLeftovers(ctx.db.pool), removePlace);
		},
	};
}

async function removePlace(ctx: LoopContext, execs: ExecLeftover[]): Promise<void> {
	const [first] = execs;
	const links = first && ctx.hosts.get(first.hostId)?.links;
	if (!links) return;
	const ids = execs.map(({ id }) => id);
	try {
		const instance = instanceName(first.devboxId);
		await removeDetached(await links.get({ instance, user: first.boxUser, signal: ctx.signal }), ids);
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		// The rows stay for as long as the files do.
		ctx.log.debug({ err: error, devbox: first.devboxId }, "a devbox's old execs could not be removed");
		return;
	}
	await deleteExecs(ctx.db.pool, ids);
}
