/** The mirrors of this worker's machine, and what keeps them within bounds. */
import path from "node:path";
import type { Config } from "../lib/config/config.ts";
import { type MirrorStore, openMirrorStore } from "../lib/git/mirror-store.ts";
import { mirrorLimits } from "../lib/git/mirror-sweep.ts";
import type { Log } from "../lib/log/log.ts";
import { openAddressGuard } from "../lib/net/address-guard.ts";

const sweepEveryMs = 15 * 60_000;

export function openMirrors(o: { config: Pick<Config, "dataDir" | "githubUrl" | "allowedAddresses">; log: Log }): {
	store: MirrorStore;
	close(): void;
} {
	const { dataDir, githubUrl, allowedAddresses } = o.config;
	// The operator named this GitHub, so wherever it is, it may be fetched from.
	const guard = openAddressGuard({ allow: [new URL(githubUrl).hostname, ...allowedAddresses] });
	const store = openMirrorStore({ folder: path.join(dataDir, "mirrors"), guard, githubUrl, limits: mirrorLimits });
	const sweep = () => {
		store.sweep().catch((error: unknown) => o.log.warn({ err: error }, "mirrors could not be looked through"));
	};
	sweep();
	const timer = setInterval(sweep, sweepEveryMs);
	timer.unref();
	return { store, close: () => clearInterval(timer) };
}
