/**
 * The worker process: takes runs from the journal, and keeps rows and hosts in step. Any number of them may run. It waits for a
 * database that is away, and ends with an error only when it is told nonsense.
 */
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { readConfig } from "../lib/config/config.ts";
import { type Database, openDatabase } from "../lib/db/database.ts";
import type { Listener } from "../lib/db/listener.ts";
import { readSealedKeyIds } from "../lib/db/sealed-keys.ts";
import { newId } from "../lib/domain/ids.ts";
import { githubSettings } from "../lib/github/github-settings.ts";
import { openGithub } from "../lib/github/open-github.ts";
import { openIssuer } from "../lib/identity/open-issuer.ts";
import { type Log, openLog } from "../lib/log/log.ts";
import { openSealer } from "../lib/vault/open-sealer.ts";
import { openHosts } from "./hosts.ts";
import { allLoops } from "./loops/all-loops.ts";
import { openLeader } from "./loops/leader.ts";
import { startLoops } from "./loops/loop.ts";
import { createHostOpener } from "./open-host.ts";
import { openMirrors } from "./open-mirrors.ts";
import { openWorker } from "./open-worker.ts";
import { readWorkerSettings } from "./worker-settings.ts";

const databasePauseMs = 1_000;

async function main(): Promise<void> {
	const log = openLog("worker");
	const config = readConfig(process.env);
	const settings = readWorkerSettings(process.env);
	const stopping = stopSignal();
	const workerId = `${hostname()}:${process.pid}:${newId("run").slice(4)}`;
	const db = openDatabase(config.databaseUrl.reveal(), {
		applicationName: "devbox-worker",
		connectionsMax: settings.concurrency + 4,
	});
	const hosts = openHosts({
		db,
		open: createHostOpener(config),
		onProblem: (host, error) => log.error({ host: host.name, err: error }, "host cannot be opened"),
	});
	await untilItAnswers({ log, what: "hosts", signal: stopping, call: () => hosts.refresh() });
	const keyIds = () => readSealedKeyIds(db.pool);
	const keyIdsInUse = (await untilItAnswers({ log, what: "sealed values", signal: stopping, call: keyIds })) ?? [];
	const sealer = await openSealer({ source: config.keyEncryptionKey, keyIdsInUse });
	const github = openGithub({ db, sealer, log, ...githubSettings(config) });
	const issuer = openIssuer({ pool: db.pool, sealer, publicUrl: config.publicUrl });
	const { installId, githubUrl } = config;
	const mirrors = openMirrors({ config, log });
	const worker = openWorker({
		...{ db, hosts, installId, sealer, issuer, github, githubUrl, mirrors: mirrors.store, workerId, log },
		...settings,
	});
	const listener = await untilItAnswers({ log, what: "listener", signal: stopping, call: () => listen() });
	const leader = openLeader({ databaseUrl: config.databaseUrl.reveal(), log });
	const loops = startLoops({
		loops: allLoops({ db, github }),
		ctx: { db, hosts, installId: config.installId, log },
		leader,
	});
	log.info({ workerId }, "worker is up");

	function listen(): Promise<Listener> {
		const onNotify = (channel: string) => {
			if (channel === "run_ready") worker.wake();
			else refreshHosts();
		};
		const onReconnect = () => {
			refreshHosts();
			worker.wake();
		};
		return db.listen(["run_ready", "hosts_changed"], onNotify, onReconnect);
	}
	function refreshHosts(): void {
		hosts.refresh().then(
			() => worker.wake(),
			(error: unknown) => log.warn({ err: error }, "hosts could not be read"),
		);
	}

	await aborted(stopping);
	log.info({ active: worker.activeCount() }, "worker stops");
	await Promise.all([worker.stop(), loops.stop()]);
	github.close();
	mirrors.close();
	await Promise.all([listener?.close(), leader.close(), hosts.close()]);
	await closeDatabase(db, log);
}

/** Undefined when it was told to stop first. */
async function untilItAnswers<T>(o: {
	log: Log;
	what: string;
	signal: AbortSignal;
	call: () => Promise<T>;
}): Promise<T | undefined> {
	while (!o.signal.aborted) {
		try {
			return await o.call();
		} catch (error) {
			o.log.warn({ err: error, what: o.what }, "waiting for the database");
			await Promise.race([delay(databasePauseMs), aborted(o.signal)]);
		}
	}
	return undefined;
}

async function closeDatabase(db: Database, log: Log): Promise<void> {
	await db.close().catch((error: unknown) => log.warn({ err: error }, "the database was gone before us"));
}

function stopSignal(): AbortSignal {
	const controller = new AbortController();
	for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => controller.abort());
	return controller.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
	if (signal.aborted) return Promise.resolve();
	return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

await main();
