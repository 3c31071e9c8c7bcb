import type { IsolationReportResponse } from "../../contract/isolation.ts";
import { findIsolationReport } from "../../db/isolation-reports.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { toIsolationReport } from "./isolation-report-response.ts";

export async function getIsolationReport(
	{ db }: Deps,
	_actor: Actor,
	{ params: { id } }: { params: { id: string } },
): Promise<IsolationReportResponse> {
	const row = await findIsolationReport(db, id);
	if (row) return toIsolationReport(row);
	throw new AppError({ code: "not_found", message: "There is no such isolation report." });
}
