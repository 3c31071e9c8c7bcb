/**
 * A box that rebooted by itself lost its node with its memory, and nothing in it asks for another. The engine's mark of its boot tells:
 * it is another one than its last join's. So it joins again, at once the first time and later each time after that.
 */
import { recordAudit } from "../../lib/db/audit-events.ts";
import { countRejoin, noteBoot, noteReboot, type TailnetBoot } from "../../lib/db/box-tailscale.ts";
import { inTransaction } from "../../lib/db/in-transaction.ts";
import { queueRun } from "../../lib/db/run-journal.ts";
import { rejoinAfter, rejoinPauseMs } from "../../lib/domain/tailnet-rejoin.ts";
import type { InstanceView } from "../../lib/engines/engine.ts";
import type { LoopContext } from "./loop.ts";

/** `boxes`: as they were read before the engine listed its `instances`. */
export async function rejoinTailnets(
	ctx: LoopContext,
	o: { boxes: readonly TailnetBoot[]; instances: readonly InstanceView[] },
): Promise<void> {
	const boots = new Map(o.instances.map((view) => [view.labels.devboxId, view.boot]));
	for (const box of o.boxes) {
		const boot = boots.get(box.devboxId) ?? null;
		if (boot === null) continue;
		if (box.boot === null) await noteBoot(ctx.db.pool, { devboxId: box.devboxId, boot });
		else if (box.rejoin === "due") await rejoin(ctx, box);
		else if (box.rejoin === null && boot !== box.boot) await takeReboot(ctx, { ...box, boot: box.boot });
	}
}

async function takeReboot(ctx: LoopContext, box: TailnetBoot & { boot: string }): Promise<void> {
	const { devboxId, boot } = box;
	const { rejoins, afterMs } = rejoinAfter(box);
	const message = afterMs === 0 ? rebooted : `${rebooted} ${againAt(new Date(Date.now() + afterMs))}`;
	if (!(await noteReboot(ctx.db.pool, { devboxId, boot, rejoins, afterMs, message }))) return;
	ctx.log.info({ devbox: devboxId, rejoins, afterMs }, "a box on a tailnet rebooted by itself");
	if (afterMs === 0) await rejoin(ctx, { ...box, rejoins });
}

async function rejoin(ctx: LoopContext, box: TailnetBoot): Promise<void> {
	const { devboxId, workspaceId, ownerId, ownerLogin } = box;
	await inTransaction(ctx.db.pool, async (client) => {
		// First, since it locks the box: a change of the box's tailnet does so too, and waits.
		if (!(await queueRun(client, { devboxId, pipeline: "join-tailscale", whileStates: ["ready"] }))) return;
		await countRejoin(client, { devboxId, pauseMs: rejoinPauseMs(box.rejoins + 1) });
		await recordAudit(client, {
			workspaceId,
			actor: { kind: "system", userId: ownerId, login: ownerLogin },
			action: "tailscale.join",
			target: { kind: "devbox", id: devboxId, name: box.devboxName },
			outcome: "success",
			detail: { cause: "reboot", rejoins: box.rejoins + 1 },
		});
	});
}

const rebooted = "It rebooted by itself, and joins again.";

function againAt(at: Date): string {
	return `It rebooted several times one soon after the other: that is at ${at.toISOString().slice(11, 19)} UTC, or by Join again.`;
}
