/** How this process reaches a host: its engine's driver, and links of the kind that the engine's boxes answer. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { BoxLinks } from "../lib/domain/box-link.ts";
import { AppError } from "../lib/domain/errors.ts";
import type { Engine } from "../lib/engines/engine.ts";
import { type EngineName, engineDrivers, type HostConnection, openEngine } from "../lib/engines/registry.ts";
import { openSimulatedEngine } from "../lib/engines/simulated/simulated-engine.ts";
import { openSimulatedLinks } from "../lib/engines/simulated/simulated-links.ts";
import { createBoxLinks } from "../lib/link/box-links.ts";
import type { HostEndpoint, OpenHost } from "./hosts.ts";

/** A worker is done with a box in seconds; an open link costs memory here and two processes there. */
const linkIdleMs = 30_000;

type Opened = { engine: Engine; links: BoxLinks };

const openers: Readonly<Record<EngineName, (host: HostConnection) => Opened>> = {
	incus(host) {
		const engine = openEngine(host);
		return { engine, links: createBoxLinks({ engine, idleMs: linkIdleMs }) };
	},
	simulated(host) {
		const engine = openSimulatedEngine(host);
		return { engine, links: openSimulatedLinks(engine) };
	},
};

/** The client certificate is read from `<dataDir>/engine` each time that a host is opened, so that a renewed one is seen. */
export function createHostOpener(o: { dataDir: string; installId: string }): OpenHost {
	return (host) => {
		if (!isEngineName(host.engine))
			throw new AppError({
				code: "invalid",
				message: `Host ${host.name} has an unknown engine "${host.engine}". Known: ${Object.keys(engineDrivers).join(", ")}.`,
			});
		const { id, engine, endpoint, project, profile, pool } = host;
		const tls = readTls(o.dataDir, host);
		return openers[engine]({
			id,
			engine,
			endpoint,
			installId: o.installId,
			project,
			profile,
			pool,
			...(tls && { tls }),
		});
	};
}

function isEngineName(name: string): name is EngineName {
	return Object.hasOwn(engineDrivers, name);
}

function readTls(dataDir: string, host: HostEndpoint): HostConnection["tls"] {
	if (!host.endpoint.startsWith("https:")) return undefined;
	if (!host.serverCertificate)
		throw new AppError({
			code: "invalid",
			message: `Host ${host.name} has no certificate of its engine. Add the host again.`,
		});
	const file = (name: string) => readFileSync(path.join(dataDir, "engine", name), "utf8");
	return { certificate: file("client.crt"), key: file("client.key"), serverCertificate: host.serverCertificate };
}
