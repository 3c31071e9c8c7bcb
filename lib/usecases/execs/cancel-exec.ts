import type { ExecResponse } from "../../contract/execs.ts";
import { noteExecReason, sendExecOrder } from "../../db/execs.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { ExecOrder, ExecRecord } from "../../domain/exec.ts";
import type { ExecDeps } from "../deps.ts";
import { linkToDevbox } from "../devboxes/running-devbox.ts";
import { endDetached } from "./detached-execs.ts";
import { toExecResponse } from "./exec-response.ts";
import { type ExecParams, findExec } from "./get-exec.ts";

const cancelledReason = "It was cancelled.";

/** Ends all of its process group; one that has ended already is answered as it is. */
export async function cancelExec(deps: ExecDeps, actor: Actor, input: ExecParams): Promise<ExecResponse> {
	const record = await findExec(deps, actor, input);
	if (record.status !== "running") return toExecResponse(record);
	if (record.mode === "attached") {
		await orderAttached(deps, record, { kind: "cancel", reason: cancelledReason });
		return toExecResponse(deps.execs.find(record.id) ?? record);
	}
	const link = await linkToDevbox(deps, actor, { id: record.devboxId, user: record.boxUser });
	await noteExecReason(deps.db, { id: record.id, reason: cancelledReason });
	await endDetached(link, record.id);
	return toExecResponse({ ...record, reason: record.reason ?? cancelledReason });
}

/** Here, or by way of the database in whichever gateway holds it. */
export async function orderAttached({ db, execs }: ExecDeps, record: ExecRecord, order: ExecOrder): Promise<void> {
	if (execs.order(record.id, order)) return;
	if (record.gatewayId !== execs.gatewayId) await sendExecOrder(db, record.id, order);
}

export function requireRunning(record: ExecRecord): void {
	if (record.status === "running") return;
	throw new AppError({
		code: "wrong_state",
		message: `This exec has ended (${record.status === "lost" ? "it was lost" : "it exited"}). Start another.`,
	});
}
