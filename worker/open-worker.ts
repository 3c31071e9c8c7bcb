/**
 * One worker: claims what is due, runs up to `concurrency` runs at once, keeps their leases, and gives them back when it stops.
 * PostgreSQL may go away and come back at any time: what is running waits for it as long as its lease can hold, and the rest is
 * claimed again.
 */

import { type ClaimedRun, LostClaimError } from "../lib/db/claimed-run.ts";
import type { Database } from "../lib/db/database.ts";
import { openRunJournal } from "../lib/db/run-journal.ts";
import type { GithubAccess } from "../lib/domain/github-access.ts";
import type { IdTokenIssuer } from "../lib/domain/identity.ts";
import type { Sealer } from "../lib/domain/sealer.ts";
import type { MirrorStore } from "../lib/git/mirror-store.ts";
import type { Log } from "../lib/log/log.ts";
import type { Hosts } from "./hosts.ts";
import { allPipelines, type PipelineTable } from "./pipelines/all-pipelines.ts";
import { runPipeline } from "./runner/run-pipeline.ts";
import { ShuttingDown } from "./runner/step-error.ts";

export type WorkerInput = {
	db: Pick<Database, "pool">;
	hosts: Hosts;
	installId: string;
	/** Opens what boxes were asked to be made with. */
	sealer: Sealer;
	/** Signs what a box shows to a tailnet. */
	issuer: IdTokenIssuer;
	/** What the owner of a box has access to. */
	github: GithubAccess;
	/** Where `org/repo` is. */
	githubUrl: string;
	/** Copies of private repositories. */
	mirrors: MirrorStore;
	/** Unique among all workers that ever ran. */
	workerId: string;
	log: Log;
	concurrency?: number;
	leaseMs?: number;
	pipelines?: PipelineTable;
};

export type Worker = {
	/** Something may be due: a notification, a reconnect, the poll. Also looks whether what runs here is still held. */
	wake(): void;
	activeCount(): number;
	/** Claims no more, gives running steps `graceMs` to end, and hands back what is unfinished. */
	stop(o?: { graceMs?: number }): Promise<void>;
};

type Active = { run: ClaimedRun; abort: AbortController; confirmedAt: number; done: Promise<void> };

const concurrencyDefault = 8;
const pollMs = 2_000;
const wakeDelayMs = 50;
const failedPauseMs = 5_000;

export function openWorker(o: WorkerInput): Worker {
	const { log, hosts, installId, sealer, issuer, github, githubUrl, mirrors, db } = o;
	const pipelines = o.pipelines ?? allPipelines;
	const concurrency = o.concurrency ?? concurrencyDefault;
	const journal = openRunJournal({ pool: db.pool, workerId: o.workerId, leaseMs: o.leaseMs });
	const active = new Map<string, Active>();
	let isStopping = false;
	let pumping: Promise<void> | null = null;
	let isWoken = false;
	let checkTimer: NodeJS.Timeout | null = null;

	async function execute(run: ClaimedRun, abort: AbortController): Promise<void> {
		const { runId, pipeline, devboxId } = run.claim;
		const runLog = log.child({ run: runId, devbox: devboxId, pipeline });
		try {
			const outcome = await runPipeline({
				run,
				pipeline: pipelines[pipeline],
				deps: {
					pool: db.pool,
					hosts,
					installId,
					sealer,
					issuer,
					github,
					githubUrl,
					mirrors,
					log,
					patienceMs: journal.leaseMs,
				},
				signal: abort.signal,
				isStopping: () => isStopping,
			});
			runLog.info({ outcome }, "run left");
			if (outcome === "handed_back") await journal.handBack({ runId, afterMs: 0 });
		} catch (error) {
			runLog.error({ err: error }, "run given up here; it is tried again");
			await journal.handBack({ runId, afterMs: failedPauseMs }).catch((cause: unknown) => {
				runLog.warn({ err: cause }, "run could not be handed back; its lease ends by itself");
			});
		} finally {
			active.delete(runId);
			pump();
		}
	}

	async function claimAll(): Promise<void> {
		while (!isStopping && active.size < concurrency) {
			const confirmedAt = performance.now();
			const busy = [...active.values()].map((entry) => entry.run.claim.devboxId);
			const run = await journal.claim({ exceptDevboxIds: busy });
			if (!run) return;
			const abort = new AbortController();
			const done = Promise.resolve().then(() => execute(run, abort));
			active.set(run.claim.runId, { run, abort, confirmedAt, done });
		}
	}

	function pump(): void {
		isWoken = true;
		pumping ??= pumpUntilQuiet();
	}

	async function pumpUntilQuiet(): Promise<void> {
		try {
			while (isWoken && !isStopping) {
				isWoken = false;
				await claimAll();
			}
		} catch (error) {
			log.warn({ err: error }, "could not look for work");
		} finally {
			pumping = null;
		}
	}

	/** Leases that the database does not confirm are lost; so are those it could not confirm for a lease's length. */
	async function confirm(): Promise<void> {
		const asked = [...active.entries()];
		if (asked.length === 0) return;
		const askedAt = performance.now();
		const held = await journal.heartbeat(asked.map(([id]) => id)).catch((error: unknown) => {
			log.warn({ err: error }, "heartbeat did not get through");
			return null;
		});
		for (const [id, entry] of asked) {
			if (held?.has(id)) entry.confirmedAt = askedAt;
			else if (held || performance.now() - entry.confirmedAt > journal.leaseMs)
				entry.abort.abort(new LostClaimError(entry.run.claim));
		}
	}

	const heartbeat = setInterval(confirm, journal.leaseMs / 4);
	const poll = setInterval(pump, pollMs);
	pump();

	return {
		wake() {
			pump();
			checkTimer ??= setTimeout(() => {
				checkTimer = null;
				void confirm();
			}, wakeDelayMs);
		},
		activeCount: () => active.size,
		async stop({ graceMs = 5_000 } = {}) {
			isStopping = true;
			clearInterval(poll);
			await pumping;
			const giveUp = setTimeout(() => {
				for (const entry of active.values()) entry.abort.abort(new ShuttingDown());
			}, graceMs);
			await Promise.all([...active.values()].map((entry) => entry.done));
			clearTimeout(giveUp);
			clearInterval(heartbeat);
			if (checkTimer) clearTimeout(checkTimer);
		},
	};
}
