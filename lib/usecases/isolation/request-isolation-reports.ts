import { requestIsolationReports as requestRows } from "../../db/isolation-reports.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toIsolationSummary } from "./isolation-report-response.ts";

export async function requestIsolationReports(
	{ db }: Deps,
	actor: Actor,
	{ body }: { body: { host_id?: string | undefined } },
) {
	const rows = await requestRows(db, { hostId: body.host_id ?? null, login: actor.login });
	if (rows.length > 0) return { data: rows.map(toIsolationSummary) };
	throw new AppError({ code: "not_found", message: "There is no such host. List the hosts, or leave host_id out." });
}
