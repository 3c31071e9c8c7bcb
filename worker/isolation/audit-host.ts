/** One audit and its report; a failure is told loudly: in the log of the worker and in every workspace's audit log. */
import { recordAudit } from "../../lib/db/audit-events.ts";
import { readHostFence } from "../../lib/db/host-network.ts";
import { workspaceIds, writeReport } from "../../lib/db/isolation-reports.ts";
import { countResults } from "../../lib/domain/isolation.ts";
import type { Log } from "../../lib/log/log.ts";
import { networkSetup, productVersion } from "./network-setup.ts";
import { type Audit, runAudit } from "./run-audit.ts";

export async function auditHost(o: Audit & { log: Log }): Promise<string> {
	const { db, host } = o;
	const attempts = await runAudit(o);
	const { passed, failed } = countResults(attempts);
	const status = failed > 0 || passed === 0 ? "failed" : "passed";
	const { engineName, engineVersion } = await host.engine.probe({ signal: o.signal });
	const setup = networkSetup(await readHostFence(db, { hostId: host.id }));
	const engine = `${engineName} ${engineVersion}`;
	const reportId = await writeReport(db, { devboxId: o.devboxId, status, attempts, engine, productVersion, setup });
	const failures = attempts
		.filter(({ result }) => result === "failed")
		.map(({ id, mode, user }) => `${id} (${mode}, ${user})`);
	if (failed > 0) o.log.error({ host: host.name, failures }, "isolation audit failed");
	for (const workspaceId of await workspaceIds(db))
		await recordAudit(db, {
			workspaceId,
			actor: { kind: "system" },
			action: "isolation.audit",
			target: { kind: "isolation_report", id: reportId, name: host.name },
			outcome: status === "passed" ? "success" : "failed",
			detail: { passed, failed, failures: failures.slice(0, 50) },
		});
	return `${passed} attempts as promised, ${failed} not.`;
}
