/**
 * Brings a host's egress filter in step with the rows. Whoever is about to let a box run calls it, and a loop calls it all the time; that
 * two do so at once is harmless, since the filter refuses a state that was read before the one it has.
 */
import {
	filterStateOfBoxes,
	type HostFence,
	harmlessChanges,
	type NetworkedBox,
	nextFilterRevision,
	noteFilterStarted,
	readHostFence,
	readNetworkedBoxes,
	writeApplied,
	writeFilterStatus,
} from "../../lib/db/host-network.ts";
import type { Queryable } from "../../lib/db/run-journal.ts";
import { appliedPolicy } from "../../lib/domain/egress-policy.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { applyState, ensureFilter, type Mended } from "../../lib/egress/filter-control.ts";
import type { HostAccess } from "../hosts.ts";

type Enforcement = {
	db: Queryable;
	host: HostAccess;
	installId: string;
	/** For the loop that keeps filters alone, of which one turns at a time. */
	mayRenew?: boolean;
	signal: AbortSignal;
};

const staleTriesMax = 20;

/** Resolves when the filter runs and enforces what the rows said after the call. Throws AppError or EngineError when it does not. */
export async function enforcePolicies(o: Enforcement): Promise<NetworkedBox[]> {
	const fence = await requireFence(o);
	const { isStarted, madeFrom } = await ensureFilter({
		engine: o.host.engine,
		installId: o.installId,
		image: imageOf(fence),
		mayRenew: o.mayRenew ?? false,
		signal: o.signal,
	});
	if (isStarted) await noteFilterStarted(o.db, { hostId: o.host.id, image: madeFrom });
	for (let tries = 0; tries < staleTriesMax; tries++) {
		const revision = await nextFilterRevision(o.db);
		const boxes = (await readNetworkedBoxes(o.db, { hostId: o.host.id })).filter((box) => box.place !== null);
		const applied = await applyState({
			engine: o.host.engine,
			state: filterStateOfBoxes(fence, boxes),
			revision,
			harmless: harmlessChanges(boxes),
			signal: o.signal,
		});
		if (applied.kind === "stale") continue;
		await writeApplied(
			o.db,
			boxes.map((box) => ({ id: box.id, applied: appliedPolicy(box.policy) })),
		);
		const status = applied.problem ? "down" : "running";
		const message = applied.problem ?? mendedText(applied.mended);
		await writeFilterStatus(o.db, { hostId: o.host.id, status, message });
		if (applied.problem) throw new AppError({ code: "unavailable", message: applied.problem });
		return boxes;
	}
	throw new AppError({ code: "unavailable", message: "The egress filter was being changed by others all the time." });
}

const mendedWords = {
	rules: "its rules were not as they were set, and were set again",
	resolver: "its resolver had ended, and was started again",
	proxy: "its proxy had ended, and was started again",
} as const satisfies Record<Mended["part"], string>;

/** Null: nothing was amiss of late. */
function mendedText(mended: readonly Mended[]): string | null {
	if (mended.length === 0) return null;
	const parts = mended.map(
		({ part, at }) => `${mendedWords[part]} (seen at ${at.toISOString().slice(0, 16).replace("T", " ")} UTC)`,
	);
	return `The filter runs. A moment ago ${parts.join("; ")}.`;
}

async function requireFence(o: Enforcement): Promise<HostFence> {
	const fence = await readHostFence(o.db, { hostId: o.host.id });
	if (fence) return fence;
	throw new AppError({
		code: "conflict",
		message: `Host ${o.host.name} cannot enforce a network policy: it has no fenced bridge. npm start, as root, makes one.`,
	});
}

function imageOf(fence: HostFence): string {
	if (fence.image) return fence.image;
	throw new AppError({
		code: "unavailable",
		message: "builtin:base, which egress filters are made from, is not there yet.",
	});
}
