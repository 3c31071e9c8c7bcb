import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { ExecDeps } from "../deps.ts";
import { orderAttached, requireRunning } from "./cancel-exec.ts";
import { type ExecParams, findExec } from "./get-exec.ts";

export async function resizeExec(
	deps: ExecDeps,
	actor: Actor,
	input: ExecParams & { body: { cols: number; rows: number } },
): Promise<void> {
	const record = await findExec(deps, actor, input);
	requireRunning(record);
	if (!record.tty)
		throw new AppError({ code: "wrong_state", message: "This exec has no terminal. Start one with `tty`: true." });
	await orderAttached(deps, record, { kind: "resize", ...input.body });
}
