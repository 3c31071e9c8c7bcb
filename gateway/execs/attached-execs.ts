/**
 * The attached execs of this process. One that has ended is kept for a while, so that who lost the connection still gets the end;
 * what another gateway holds is reached by way of the database.
 */
import type { Database } from "../../lib/db/database.ts";
import { findRevokedCredentials, finishExec, readRunningOf } from "../../lib/db/execs.ts";
import type { BoxLinks } from "../../lib/domain/box-link.ts";
import type { AttachedExecs, ExecRecord, PreparedExec } from "../../lib/domain/exec.ts";
import { newId } from "../../lib/domain/ids.ts";
import type { Log } from "../../lib/log/log.ts";
import { explainBoxLoss } from "../../lib/usecases/execs/explain-box-loss.ts";
import { loseExec } from "../../lib/usecases/execs/lose-exec.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import { AttachedExec } from "./attached-exec.ts";
import { openEndedExecs } from "./ended-execs.ts";
import { listenForExecOrders } from "./exec-orders.ts";
import { openForgottenExecs } from "./forgotten-execs.ts";
import { openRunnerChannels } from "./runner-channels.ts";

export type ExecHolder = AttachedExecs & {
	/** With its output; null for one that is not held here. */
	get(id: string): AttachedExec | null;
	/** Loses what runs, and tells its readers so; resolves when that is written down. */
	close(): Promise<void>;
};

type HolderOptions = {
	db: Database;
	changes: ChangeFeed;
	linksOf: (hostId: string) => BoxLinks;
	log: Log;
};

const restartWords =
	"The server (gateway) that held it was restarted, and its processes were ended with it. Detach what must outlive that.";
const forgottenWords = "The server (gateway) that held it could not write down how it ended, or that it never began.";
const revokedWords = "The session or token that started it was revoked.";

export function openAttachedExecs(o: HolderOptions): ExecHolder {
	const { db, log } = o;
	const runners = openRunnerChannels(o);
	const running = new Map<string, AttachedExec>();
	const ended = openEndedExecs();
	const writing = new Map<string, Promise<void>>();
	const gatewayId = newId("gateway");
	let isClosing = false;

	const get = (id: string) => running.get(id) ?? ended.get(id);

	async function prepare(place: Parameters<AttachedExecs["prepare"]>[0]): Promise<PreparedExec> {
		const runner = await runners.take(place);
		return {
			drop: () => runner.release({ isClean: true }),
			start({ record, input }) {
				const explainLoss = () => explainLossOf(o, record.devboxId);
				const exec = new AttachedExec({ record, input, runner, explainLoss, onEnd, log });
				// A runner that was gone already has ended it by now.
				if (!exec.hasEnded) running.set(record.id, exec);
				if (isClosing) exec.lose(restartWords);
				// What was revoked while this was prepared was told to nobody.
				else void revoked.checkStarted(record.credentialIds);
			},
		};
	}

	function onEnd(exec: AttachedExec): void {
		running.delete(exec.record.id);
		ended.add(exec);
		void writeEnd(exec.record.id, () => finishExec(db, exec.record.id, exec.record));
	}

	function writeEnd(id: string, finish: () => Promise<unknown>): Promise<void> {
		const write = finish()
			.then(() => undefined)
			.catch((error: unknown) => log.error({ err: error, exec: id }, "the end of an exec could not be written"))
			.finally(() => writing.delete(id));
		writing.set(id, write);
		return write;
	}

	/** How it ended, while that is still known. */
	function settle(row: ExecRecord): Promise<void> {
		const end = ended.get(row.id)?.record;
		return writeEnd(row.id, () => (end ? finishExec(db, row.id, end) : loseExec(db, row, forgottenWords)));
	}

	const forgotten = openForgottenExecs({
		read: (before) => readRunningOf(db, { gatewayId, before, known: [...running.keys()] }),
		isHeld: (id) => running.has(id) || writing.has(id),
		settle,
		log,
	});
	const revoked = watchRevoked({ ...o, running });
	const orders = listenForExecOrders({ db, log, onOrder: (id, order) => running.get(id)?.order(order) });
	return {
		gatewayId,
		prepare,
		get,
		find: (id) => get(id)?.record ?? null,
		touch: (id) => running.get(id)?.touch(),
		order(id, order) {
			const exec = running.get(id);
			exec?.order(order);
			return exec !== undefined;
		},
		async close() {
			isClosing = true;
			revoked.close();
			forgotten.close();
			runners.close();
			for (const exec of [...running.values()]) exec.lose(restartWords);
			ended.close();
			await Promise.all([...writing.values(), orders.close()]);
		},
	};
}

async function explainLossOf({ db, log }: HolderOptions, devboxId: string): Promise<string | null> {
	try {
		return await explainBoxLoss(db, devboxId);
	} catch (error) {
		log.warn({ err: error, devbox: devboxId }, "the devbox of a lost exec could not be read");
		return null;
	}
}

/** Longer than it takes from who asks to what runs. */
const startMsMax = 60_000;

type RevokedWatch = {
	/** Of one that has just been started: reads nothing unless a credential was changed a short while ago. */
	checkStarted(ids: readonly string[]): Promise<void>;
	close(): void;
};

/** Revoking a credential ends what was started with it. */
function watchRevoked(
	o: Pick<HolderOptions, "db" | "changes" | "log"> & { running: ReadonlyMap<string, AttachedExec> },
): RevokedWatch {
	let changedAt = 0;
	const inUse = () => new Set([...o.running.values()].flatMap(({ record }) => record.credentialIds));

	async function check(ids: readonly string[]): Promise<void> {
		if (ids.length === 0) return;
		try {
			const revoked = new Set(await findRevokedCredentials(o.db, ids));
			for (const exec of [...o.running.values()])
				if (exec.record.credentialIds.some((id) => revoked.has(id)))
					exec.order({ kind: "cancel", reason: revokedWords });
		} catch (error) {
			// The database is away: the gap that follows asks for all of them.
			o.log.warn({ err: error }, "the credentials of running execs could not be read");
		}
	}

	const stops = [
		o.changes.onCredential((id) => {
			changedAt = Date.now();
			void check(inUse().has(id) ? [id] : []);
		}),
		o.changes.onGap(() => {
			changedAt = Date.now();
			void check([...inUse()]);
		}),
	];
	return {
		checkStarted: async (ids) => {
			if (Date.now() - changedAt < startMsMax) await check(ids);
		},
		close() {
			for (const stop of stops) stop();
		},
	};
}
