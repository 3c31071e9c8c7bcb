/** The worker's world on a host with a fence: boxes with network policies and the filter that enforces them. Needs root. */
import path from "node:path";
import { openIncusEngine } from "../../lib/engines/incus/incus-engine.ts";
import { openTestFencedHost } from "../../ops/host/test-fenced-host.ts";
import { newDataDir, openWorld } from "./worker-world.ts";

export type FencedWorld = Awaited<ReturnType<typeof createFencedWorld>>;

/** `resolver`: the name server that filters ask. */
export async function createFencedWorld(o: { installId: string; resolver: string; publicUrl?: string }) {
	const dir = newDataDir();
	const host = await openTestFencedHost({ ...o, engineDir: path.join(dir, "engine") });
	const { engine, endpoint, project, profile, pool, tls } = host.restricted;
	const { engineName: _name, engineVersion: _version, ...capacity } = await openIncusEngine(host.restricted).probe({});
	const row = {
		engine,
		endpoint,
		project,
		profile,
		pool,
		serverCertificate: tls?.serverCertificate ?? "",
		...capacity,
	};
	const world = await openWorld({ ...o, dir, imageRef: host.image, host: row });
	return {
		...world,
		async close() {
			await world.close();
			await host.close();
		},
	};
}
