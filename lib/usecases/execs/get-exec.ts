import type { ExecResponse } from "../../contract/execs.ts";
import { getExecRow } from "../../db/execs.ts";
import type { Actor } from "../../domain/actor.ts";
import type { ExecRecord } from "../../domain/exec.ts";
import type { ExecDeps } from "../deps.ts";
import { toExecResponse } from "./exec-response.ts";
import { refreshDetached } from "./refresh-detached.ts";

export type ExecParams = { params: { id: string; exec_id: string } };

/** As it is at this moment: of an attached one its gateway knows, of a detached one the box does. */
export async function getExec(deps: ExecDeps, actor: Actor, input: ExecParams): Promise<ExecResponse> {
	const record = await findExec(deps, actor, input);
	const isInBox = record.mode === "detached" && record.status === "running";
	return toExecResponse(isInBox ? await refreshDetached(deps, actor, record) : record);
}

/** The row, or what this process knows better. Throws `not_found`. */
export async function findExec(deps: ExecDeps, actor: Actor, { params }: ExecParams): Promise<ExecRecord> {
	const row = await getExecRow(deps.db, actor, { devboxId: params.id, execId: params.exec_id });
	deps.execs.touch(row.id);
	return deps.execs.find(row.id) ?? row;
}
