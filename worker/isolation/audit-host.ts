/** One audit and its report; a failure is told loudly: in the log of the worker and in every workspace's audit log. */
import type pg from "pg";
import { productVersion } from "../../lib/config/product-version.ts";
import { readHostFence } from "../../lib/db/host-network.ts";
import { isReportOpen, writeReport } from "../../lib/db/isolation-audits.ts";
import { countResults } from "../../lib/domain/isolation.ts";
import type { Log } from "../../lib/log/log.ts";
import { networkSetup } from "./network-setup.ts";
import { type Audit, runAudit } from "./run-audit.ts";

export async function auditHost(o: Audit & { db: pg.Pool; log: Log }): Promise<string> {
	const { db, host, devboxId } = o;
	// A worker that died between its report and the end of its canary: the report stands, and another audit may run by now.
	if (!(await isReportOpen(db, { devboxId }))) return "The report was written before.";
	// As it is now: a change while the audit runs is a reason for another one.
	const setup = networkSetup(await readHostFence(db, { hostId: host.id }));
	const attempts = await runAudit(o);
	const { passed, failed, notTried } = countResults(attempts);
	const status = failed > 0 || passed === 0 ? "failed" : "passed";
	const { engineName, engineVersion } = await host.engine.probe({ signal: o.signal });
	const failures = attempts
		.filter(({ result }) => result === "failed")
		.map(({ id, mode, user }) => `${id} (${mode}, ${user})`);
	const engine = `${engineName} ${engineVersion}`;
	await writeReport(db, {
		...{ devboxId, hostName: host.name, status, attempts, failures },
		...{ engine, productVersion, setup },
	});
	if (status === "failed") o.log.error({ host: host.name, failures }, "isolation audit failed");
	return `${passed} attempts as promised, ${failed} not, ${notTried} not tried.`;
}
