/**
 * Finds out how execs have ended that nobody was there to see: attached ones of gateways that are no more, detached ones that ended
 * with no reader, or with their box. Ends those whose credential was revoked.
 */
import {
	type ExecInBox,
	loseExecsOfEndedBoxes,
	loseUnstartedDetached,
	readRunningDetached,
} from "../../lib/db/exec-upkeep.ts";
import { noteExecReason } from "../../lib/db/execs.ts";
import { dropSilentGateways, loseExecsOfGoneGateways } from "../../lib/db/gateways.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { ExecRecord } from "../../lib/domain/exec.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { applyLook, endDetached, lookAtDetached } from "../../lib/usecases/execs/detached-execs.ts";
import { forEachPlace } from "./exec-places.ts";
import type { Loop, LoopContext } from "./loop.ts";

const revokedWords = "The session or token that started it was revoked.";

export function settleExecs(o: { everyMs: number }): Loop {
	return {
		name: "settle-execs",
		everyMs: o.everyMs,
		async turn(ctx) {
			const { pool } = ctx.db;
			await dropSilentGateways(pool);
			const attached = await loseExecsOfGoneGateways(pool);
			const detached = (await loseExecsOfEndedBoxes(pool)) + (await loseUnstartedDetached(pool));
			if (attached + detached > 0) ctx.log.info({ attached, detached }, "execs were lost");
			await forEachPlace(ctx, await readRunningDetached(pool), settlePlace);
		},
	};
}

/** Those of one user in one box, in one go. */
async function settlePlace(ctx: LoopContext, execs: ExecInBox[]): Promise<void> {
	const [first] = execs;
	const links = first && ctx.hosts.get(first.hostId)?.links;
	if (!links) return;
	try {
		const instance = instanceName(first.devboxId);
		const link = await links.get({ instance, user: first.boxUser, signal: ctx.signal });
		const byId = new Map(execs.map((exec) => [exec.id, exec]));
		for (const look of await lookAtDetached(link, [...byId.keys()])) {
			const exec = byId.get(look.id);
			if (!exec) continue;
			const { status }: ExecRecord = await applyLook(ctx.db, exec, look);
			if (status !== "running" || !exec.isRevoked) continue;
			await noteExecReason(ctx.db, { id: exec.id, reason: revokedWords });
			await endDetached(link, exec.id);
		}
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		// Busy, going off, or full: the next turn asks again.
		ctx.log.debug({ err: error, devbox: first.devboxId }, "a devbox's execs could not be looked at");
	}
}
