/** Begins the isolation audits that are asked for or due, one per host at a time, and closes those whose run ended without a result. */
import { readHostFence } from "../../lib/db/host-network.ts";
import { beginReport, closeLostReports, openDueReport } from "../../lib/db/isolation-audits.ts";
import { networkSetup } from "../isolation/network-setup.ts";
import { canaryDomains } from "../isolation/run-audit.ts";
import type { Loop } from "./loop.ts";

export function auditIsolation(o: { everyMs: number; now?: () => Date }): Loop {
	const now = o.now ?? (() => new Date());
	return {
		name: "audit-isolation",
		everyMs: o.everyMs,
		async turn({ db, hosts, log }) {
			for (const { id, hostName, message } of await closeLostReports(db.pool))
				log.error({ report: id, host: hostName, message }, "isolation audit ended without a result");
			for (const host of hosts.all()) {
				await openDueReport(db.pool, {
					hostId: host.id,
					setup: networkSetup(await readHostFence(db.pool, { hostId: host.id })),
					now: now(),
				});
				await beginReport(db.pool, { hostId: host.id, domains: canaryDomains });
			}
		},
	};
}
