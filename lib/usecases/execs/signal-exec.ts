import type { ExecResponse } from "../../contract/execs.ts";
import type { Actor } from "../../domain/actor.ts";
import type { ExecSignal } from "../../domain/exec.ts";
import type { ExecDeps } from "../deps.ts";
import { linkToDevbox } from "../devboxes/running-devbox.ts";
import { orderAttached, requireRunning } from "./cancel-exec.ts";
import { signalDetached } from "./detached-execs.ts";
import { toExecResponse } from "./exec-response.ts";
import { type ExecParams, findExec } from "./get-exec.ts";

/** To the whole process group; what the processes make of it is theirs. */
export async function signalExec(
	deps: ExecDeps,
	actor: Actor,
	input: ExecParams & { body: { signal: ExecSignal } },
): Promise<ExecResponse> {
	const record = await findExec(deps, actor, input);
	const { signal } = input.body;
	requireRunning(record);
	if (record.mode === "attached") await orderAttached(deps, record, { kind: "signal", signal });
	else
		await signalDetached(
			await linkToDevbox(deps, actor, { id: record.devboxId, user: record.boxUser }),
			record.id,
			signal,
		);
	return toExecResponse(record);
}
