import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { ExecRecord } from "../../domain/exec.ts";
import type { ExecDeps } from "../deps.ts";
import { linkToDevbox } from "../devboxes/running-devbox.ts";
import { applyLook, lookAtDetached } from "./detached-execs.ts";

/** A detached exec as its box has it now; as its row has it while the box cannot be asked. */
export async function refreshDetached(
	deps: Pick<ExecDeps, "db" | "linksOf" | "previewBase">,
	actor: Actor,
	record: ExecRecord,
): Promise<ExecRecord> {
	try {
		const link = await linkToDevbox(deps, actor, { id: record.devboxId, user: record.boxUser });
		const [look] = await lookAtDetached(link, [record.id]);
		return look ? await applyLook(deps.db, record, look) : record;
	} catch (error) {
		// Off or busy: the worker settles what ended with the box.
		if (error instanceof AppError && ["wrong_state", "unavailable", "timeout"].includes(error.code)) return record;
		throw error;
	}
}
