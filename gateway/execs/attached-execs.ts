/**
 * The attached execs of this process. One that has ended is kept for a while, so that who lost the connection still gets the end;
 * what another gateway holds is reached by way of the database.
 */
import type { Database } from "../../lib/db/database.ts";
import { findRevokedCredentials, finishExec } from "../../lib/db/execs.ts";
import type { BoxLinks } from "../../lib/domain/box-link.ts";
import type { AttachedExecs, PreparedExec } from "../../lib/domain/exec.ts";
import { newId } from "../../lib/domain/ids.ts";
import type { Log } from "../../lib/log/log.ts";
import { explainBoxLoss } from "../../lib/usecases/execs/explain-box-loss.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import { AttachedExec } from "./attached-exec.ts";
import { openEndedExecs } from "./ended-execs.ts";
import { listenForExecOrders } from "./exec-orders.ts";
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
const revokedWords = "The session or token that started it was revoked.";

export function openAttachedExecs(o: HolderOptions): ExecHolder {
	const { db, log } = o;
	const runners = openRunnerChannels(o);
	const running = new Map<string, AttachedExec>();
	const ended = openEndedExecs();
	const writing = new Set<Promise<void>>();
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
			},
		};
	}

	function onEnd(exec: AttachedExec): void {
		const { id } = exec.record;
		running.delete(id);
		ended.add(exec);
		const write = finishExec(db, id, exec.record)
			.then(() => undefined)
			.catch((error: unknown) => log.error({ err: error, exec: id }, "the end of an exec could not be written"))
			.finally(() => writing.delete(write));
		writing.add(write);
	}

	const stopWatching = watchRevoked({ ...o, running });
	const orders = listenForExecOrders({ db, log, onOrder: (id, order) => running.get(id)?.order(order) });
	return {
		gatewayId: newId("gateway"),
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
			stopWatching();
			runners.close();
			for (const exec of [...running.values()]) exec.lose(restartWords);
			ended.close();
			await Promise.all([...writing, orders.close()]);
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

/** Revoking a credential ends what was started with it. Answers what ends the watch. */
function watchRevoked(o: HolderOptions & { running: ReadonlyMap<string, AttachedExec> }): () => void {
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
		o.changes.onCredential((id) => void check(inUse().has(id) ? [id] : [])),
		o.changes.onGap(() => void check([...inUse()])),
	];
	return () => {
		for (const stop of stops) stop();
	};
}
