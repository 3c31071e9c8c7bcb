import { auditIsolation } from "./audit-isolation.ts";
import { endNetworkRequests } from "./end-network-requests.ts";
import { expireDevboxes } from "./expire-devboxes.ts";
import { keepFilters } from "./keep-filters.ts";
import type { Loop } from "./loop.ts";
import { observeHosts } from "./observe-hosts.ts";
import { probeHosts } from "./probe-hosts.ts";
import { pruneExecs } from "./prune-execs.ts";
import { pruneRows } from "./prune-rows.ts";
import { reapFailed } from "./reap-failed.ts";
import { requeueWishes } from "./requeue-wishes.ts";
import { revokeGithub } from "./revoke-github.ts";
import { settleExecs } from "./settle-execs.ts";
import { stopIdle } from "./stop-idle.ts";
import { watchMemory } from "./watch-memory.ts";

export function allLoops(o: Omit<Parameters<typeof revokeGithub>[0], "everyMs">): Loop[] {
	return [
		probeHosts({ everyMs: 10_000 }),
		observeHosts({ everyMs: 10_000, orphanAgeMs: 2 * 60_000 }),
		keepFilters({ everyMs: 500, lookEveryMs: 5_000, idleStopMs: 5 * 60_000 }),
		endNetworkRequests({ everyMs: 2_000 }),
		auditIsolation({ everyMs: 2_000 }),
		watchMemory({ everyMs: 15_000 }),
		requeueWishes({ everyMs: 5_000, quietMs: 30_000 }),
		reapFailed({ everyMs: 30_000 }),
		stopIdle({ everyMs: 30_000 }),
		expireDevboxes({ everyMs: 30_000 }),
		pruneRows({ everyMs: 60_000 }),
		revokeGithub({ everyMs: 15_000, ...o }),
		settleExecs({ everyMs: 3_000 }),
		pruneExecs({ everyMs: 60_000 }),
	];
}
