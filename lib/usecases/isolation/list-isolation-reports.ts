import { listIsolationReportRows } from "../../db/isolation-reports.ts";
import type { Deps } from "../deps.ts";
import { toIsolationSummary } from "./isolation-report-response.ts";

export async function listIsolationReports({ db }: Deps) {
	return { data: (await listIsolationReportRows(db)).map(toIsolationSummary) };
}
