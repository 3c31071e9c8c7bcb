/** The map from a host's engine name to its driver. */
import type { Engine } from "./engine.ts";
import { openIncusEngine } from "./incus/incus-engine.ts";
import { openSimulatedEngine } from "./simulated/simulated-engine.ts";

/** How to reach a host's engine: the columns of a `hosts` row, plus where this process keeps its certificate. */
export type HostConnection = {
	/** Id of the host row. */
	id: string;
	engine: EngineName;
	/** `unix:///var/lib/lxd/unix.socket`, `https://127.0.0.1:8443`, or `simulated:<scenario>`. */
	endpoint: string;
	installId: string;
	/** Where our instances live on that engine. */
	project: string;
	profile: string;
	pool: string;
	/** For https: PEM texts. `serverCertificate` is pinned: the engine's own is self-signed. */
	tls?: { certificate: string; key: string; serverCertificate: string };
};

export const engineDrivers = {
	incus: openIncusEngine,
	simulated: openSimulatedEngine,
} as const satisfies Record<string, (host: HostConnection) => Engine>;

export type EngineName = "incus" | "simulated";

export function openEngine(host: HostConnection): Engine {
	return engineDrivers[host.engine](host);
}
