/** A box that rebooted by itself lost, with its memory, what it was told of its network policy: it is told again. */
import { readNetworkedBox } from "../../lib/db/host-network.ts";
import type { InstanceView } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import { writePolicyFile } from "../network/write-policy-file.ts";
import type { LoopContext } from "./loop.ts";

/** By devbox, the engine's mark of its boot. */
export type Boots = ReadonlyMap<string, string>;

/** Answers the boots as they are now. Waits for no box: each takes as long as it likes over it. */
export function tellRebooted(
	ctx: LoopContext,
	o: { host: HostAccess; before: Boots; instances: readonly InstanceView[] },
): Boots {
	const now = new Map(
		o.instances.flatMap(({ boot, labels }) => (boot === null ? [] : [[labels.devboxId, boot] as const])),
	);
	for (const [devboxId, boot] of now) {
		const known = o.before.get(devboxId);
		if (known === undefined || known === boot) continue;
		void tell(ctx, o.host, devboxId).catch((error: unknown) => {
			if (!ctx.signal.aborted)
				ctx.log.warn({ devbox: devboxId, err: error }, "a box that rebooted was not told its network policy");
		});
	}
	return now;
}

async function tell(ctx: LoopContext, host: HostAccess, devboxId: string): Promise<void> {
	const box = await readNetworkedBox(ctx.db.pool, { devboxId });
	if (!box?.isFenced) return;
	await writePolicyFile({ host, devboxId, policy: box.policy, signal: ctx.signal });
}
