import type { ExecRecord } from "../../lib/domain/exec.ts";
import type { LoopContext } from "./loop.ts";

const atOnceMax = 4;

/** Calls `work` with the execs of one user in one box, for a few such places at a time. */
export async function forEachPlace<T extends Pick<ExecRecord, "devboxId" | "boxUser">>(
	ctx: LoopContext,
	execs: readonly T[],
	work: (ctx: LoopContext, execs: T[]) => Promise<void>,
): Promise<void> {
	const places = [...Map.groupBy(execs, ({ devboxId, boxUser }) => `${devboxId} ${boxUser}`).values()];
	const next = async () => {
		for (let place = places.pop(); place && !ctx.signal.aborted; place = places.pop()) await work(ctx, place);
	};
	await Promise.all(Array.from({ length: atOnceMax }, next));
}
