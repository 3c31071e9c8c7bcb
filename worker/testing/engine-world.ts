/** The worker's world on this machine's real engine, reached as the product does: over https with a restricted certificate. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { BoxUser } from "../../lib/domain/box-link.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { openIncusEngine } from "../../lib/engines/incus/incus-engine.ts";
import { openTestHost } from "../../lib/engines/incus/test-host.ts";
import type { HostConnection } from "../../lib/engines/registry.ts";
import { startWorkerMain, type WorkerMain } from "./worker-main.ts";
import { newDataDir, openWorld } from "./worker-world.ts";

export type EngineWorld = Awaited<ReturnType<typeof createEngineWorld>>;

const answerTimeoutMs = 20_000;

export async function createEngineWorld(o: { adminUrl?: string; publicUrl?: string } = {}) {
	const host = await openTestHost();
	const dir = newDataDir();
	const connection = await host.openHttps();
	const serverCertificate = writeCertificates(dir, connection);
	const { engine, endpoint, project, profile, pool, installId } = connection;
	const { engineName: _name, engineVersion: _version, ...capacity } = await openIncusEngine(connection).probe({});
	const row = { engine, endpoint, project, profile, pool, serverCertificate, ...capacity };
	const world = await openWorld({ ...o, dir, installId, imageRef: host.image, host: row });
	const processes: WorkerMain[] = [];
	return {
		...world,
		/** What the engine itself tells, past every driver and label of ours. */
		host,
		/** A worker that is a process, up and with its settings from `env`. */
		async startWorker(env: Record<string, string> = {}): Promise<WorkerMain> {
			const worker = startWorkerMain({ world, env });
			processes.push(worker);
			await worker.untilUp();
			return worker;
		},
		/** What the box says over a link that was opened for this. */
		async answer(devboxId: string, user: BoxUser): Promise<string> {
			const link = await world.links.get({ instance: instanceName(devboxId), user });
			return (await link.run({ command: "id -un", timeoutMs: answerTimeoutMs })).stdout;
		},
		async close() {
			for (const { child } of processes) child.kill("SIGKILL");
			await world.close();
			await host.close();
		},
	};
}

/** Where a worker and a gateway look for them. Answers the engine's own. */
function writeCertificates(dir: string, { tls }: HostConnection): string {
	if (!tls) throw new Error("https needs certificates");
	mkdirSync(path.join(dir, "engine"));
	writeFileSync(path.join(dir, "engine/client.crt"), tls.certificate);
	writeFileSync(path.join(dir, "engine/client.key"), tls.key, { mode: 0o600 });
	return tls.serverCertificate;
}
