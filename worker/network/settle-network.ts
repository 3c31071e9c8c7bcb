/** Puts a box's interface where its policy wants it, the policy first. */
import { readNetworkedBox, takeFencePlace, writeFenced } from "../../lib/db/host-network.ts";
import type { Queryable } from "../../lib/db/run-journal.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import type { InstanceNetwork } from "../../lib/engines/engine.ts";
import type { HostAccess } from "../hosts.ts";
import { enforcePolicies } from "./enforce-policies.ts";

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

/** For a box that is there. Its connections end when its interface moves. */
export async function settleNetwork(o: Settling): Promise<void> {
	const { db, devboxId } = o;
	const box = await readNetworkedBox(db, { devboxId });
	if (!box) return;
	const name = instanceName(devboxId);
	if (box.policy.mode === "open") {
		if (!box.isFenced) return;
		await o.host.engine.setNetwork({ name, network: { kind: "open" }, signal: o.signal });
		return writeFenced(db, { devboxId, isFenced: false });
	}
	if (box.isFenced) return;
	const network = await wantedNetwork(o);
	await enforcePolicies(o);
	await o.host.engine.setNetwork({ name, network, signal: o.signal });
	await writeFenced(db, { devboxId, isFenced: true });
}
