/** Puts a box's interface where its policy wants it, the policy first. */
import { readNetworkedBox, takeFencePlace, writeFenced } from "../../lib/db/host-network.ts";
import type { Queryable } from "../../lib/db/run-journal.ts";
import { appliedPolicy } from "../../lib/domain/egress-policy.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import type { InstanceNetwork } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import { enforcePolicies } from "./enforce-policies.ts";

/** A policy that is changed more often while it is brought in is left to the loop. */
const changesMax = 3;

type Settling = { db: Queryable; host: HostAccess; installId: string; devboxId: string; signal: AbortSignal };

/**
 * The network that a box has to be made with; for a fenced one it takes a place. The policy is to be enforced before the box starts:
 * `enforcePolicies`.
 */
export async function wantedNetwork(o: Pick<Settling, "db" | "devboxId">): Promise<InstanceNetwork> {
	const box = await readNetworkedBox(o.db, o);
	if (!box || box.policy.mode === "open") return { kind: "open" };
	const place = await takeFencePlace(o.db, o);
	if (place !== null) return { kind: "fenced", place };
	throw new AppError({
		code: "conflict",
		message: "Every place on the host's fence is taken: destroy a devbox with a network policy first.",
	});
}

/**
 * For a box that is there. What its interface is on is asked of the engine, not of the row: a try that was ended may have left it
 * anywhere. Its connections end when its interface moves. `isJustEnforced`: the filter has been told a moment ago, and is told again only
 * when the policy has changed since.
 */
export async function settleNetwork(o: Settling & { isJustEnforced?: boolean }): Promise<void> {
	const { db, devboxId } = o;
	for (let tries = 0; tries < changesMax; tries++) {
		const box = await readNetworkedBox(db, { devboxId });
		if (!box) return;
		const network = await wantedNetwork(o);
		const isFenced = network.kind === "fenced";
		const isInForce = o.isJustEnforced === true && box.applied === appliedPolicy(box.policy);
		if (isFenced && !isInForce) await enforcePolicies(o);
		await o.host.engine.setNetwork({ name: instanceName(devboxId), network, signal: o.signal });
		if (isFenced || box.isFenced) await writeFenced(db, { devboxId, isFenced });
		// Changed meanwhile, somebody else may have moved it already, and this move came after theirs.
		const now = await readNetworkedBox(db, { devboxId });
		if (!now || (now.policy.mode !== "open") === isFenced) return;
	}
}
