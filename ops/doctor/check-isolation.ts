/** What the last isolation audit of each host said, and how long ago. */
import type pg from "pg";
import { listHostIsolationRows } from "../../lib/db/isolation-reports.ts";
import { daysWords, isolationStanding } from "../../lib/domain/isolation-standing.ts";
import { type Finding, ok, warn } from "./finding.ts";

const layer = "isolation";
const mends = {
	failed: "Read the report under Settings, Network, Isolation, mend what it names, and run an audit there",
	error: "Mend what it says, then run an audit under Settings, Network, Isolation",
	never:
		"Run an audit under Settings, Network, Isolation; none comes by itself while the worker does not run, or where audits go by no time",
	passed:
		"Run an audit under Settings, Network, Isolation; none comes by itself while the worker or the host does not run",
} as const;

export async function checkIsolation(client: Pick<pg.Pool, "query">, at = new Date()): Promise<Finding[]> {
	const hosts = await listHostIsolationRows(client, { at });
	return hosts.map(({ hostName, latest, audits }) => {
		const { standing, ageDays, problem } = isolationStanding(audits, at);
		const why = latest?.status === "error" && latest.message ? `: ${latest.message}` : "";
		if (problem) return warn(layer, `${hostName}: ${problem}${why}`, mends[standing]);
		if (!latest || ageDays === null) return ok(layer, `${hostName} is new; its first audit comes within a day or so`);
		return ok(
			layer,
			`${hostName} passed ${daysWords(ageDays)}: ${latest.passed} attempts, ${latest.notTried} not tried`,
		);
	});
}
