/**
 * Events on their way into the audit log, many in one statement: no request that must be fast waits for one. Bounded; what a
 * database that is away keeps from being written waits here, and what does not fit any more is counted and told in the log itself.
 */
import { setTimeout as pause } from "node:timers/promises";
import { recordAudits, type StampedAuditEvent, stampAuditEvent } from "../../lib/db/audit-events.ts";
import { type Database, isDatabaseAway } from "../../lib/db/database.ts";
import type { AuditEvent } from "../../lib/domain/audit.ts";
import type { Log } from "../../lib/log/log.ts";

export type AuditQueue = {
	/** Never waits, never throws. */
	add(event: AuditEvent): void;
	/** As `add`; what repeats within a minute becomes one more event, with the count of what it stands for. */
	gather(event: AuditEvent): void;
	/** Resolves when all that was added so far stands in the log; after a second in any case. */
	flushed(): Promise<void>;
	/** Writes what waits, for at most two seconds. */
	close(): Promise<void>;
};

type Gathered = { event: AuditEvent; since: number; count: number };

const flushEveryMs = 200;
const gatherMs = 60_000;
const gatheredMax = 2_000;
const eventsPerWrite = 500;
const waitMsMax = 1_000;
const closeMsMax = 2_000;
const retryMs = 500;

export function openAuditQueue(o: {
	db: Database;
	log: Log;
	now?: () => number;
	/** Events that may wait; 20,000 unless told. */
	eventsMax?: number;
}): AuditQueue {
	const now = o.now ?? Date.now;
	const eventsMax = o.eventsMax ?? 20_000;
	const waiting: StampedAuditEvent[] = [];
	const gathered = new Map<string, Gathered>();
	/** By workspace: events that found no room. */
	const lost = new Map<string, number>();
	let writing: Promise<void> | null = null;

	function add(event: AuditEvent): void {
		if (waiting.length >= eventsMax) {
			lost.set(event.workspaceId, (lost.get(event.workspaceId) ?? 0) + 1);
			if (lost.size === 1) o.log.error({ event }, "an audit event found no room to wait for the database");
			return;
		}
		waiting.push(stampAuditEvent({ ...event, at: event.at ?? new Date(now()) }));
	}

	function gather(event: AuditEvent): void {
		const { actor, action, target, outcome, detail } = event;
		const credential = "credentialId" in actor ? actor.credentialId : actor.kind;
		const key = JSON.stringify([credential, action, target?.id, outcome, detail?.code]);
		const known = gathered.get(key);
		if (known) {
			known.count++;
			known.event = event;
			return;
		}
		if (gathered.size < gatheredMax) gathered.set(key, { event, since: now(), count: 0 });
		add(event);
	}

	function settleGathered(before: number): void {
		for (const [key, { event, since, count }] of gathered) {
			if (since > before) continue;
			gathered.delete(key);
			if (count > 0) add({ ...event, detail: { ...event.detail, count } });
		}
	}

	function takeLost(): void {
		for (const [workspaceId, count] of lost) {
			if (waiting.length >= eventsMax) return;
			lost.delete(workspaceId);
			add({ workspaceId, actor: { kind: "system" }, action: "audit.lost", outcome: "failed", detail: { count } });
		}
	}

	/** One statement. Answers false when the database is away. */
	async function writeSome(): Promise<boolean> {
		const some = waiting.slice(0, eventsPerWrite);
		try {
			await recordAudits(o.db.pool, some);
		} catch (error) {
			if (isDatabaseAway(error)) return false;
			await writeOneByOne(some);
		}
		waiting.splice(0, some.length);
		return true;
	}

	/** One event that the database does not take must not keep the others out. */
	async function writeOneByOne(events: readonly StampedAuditEvent[]): Promise<void> {
		for (const event of events)
			await recordAudits(o.db.pool, [event]).catch((error) =>
				o.log.error({ err: error, action: event.action, id: event.id }, "an audit event could not be written"),
			);
	}

	async function writeAll(): Promise<void> {
		let isWarned = false;
		while (waiting.length > 0 || lost.size > 0) {
			takeLost();
			if (await writeSome()) continue;
			if (!isWarned) o.log.warn({ waiting: waiting.length }, "the audit log waits for the database");
			isWarned = true;
			await pause(retryMs, undefined, { ref: false });
		}
	}

	function flush(): Promise<void> {
		writing ??= writeAll().finally(() => {
			writing = null;
		});
		return writing;
	}

	const timer = setInterval(() => {
		settleGathered(now() - gatherMs);
		if (waiting.length > 0) void flush();
	}, flushEveryMs);
	timer.unref();

	return {
		add,
		gather,
		flushed: () => Promise.race([flush(), pause(waitMsMax, undefined, { ref: false })]),
		async close() {
			clearInterval(timer);
			settleGathered(Number.POSITIVE_INFINITY);
			await Promise.race([flush(), pause(closeMsMax)]);
			if (waiting.length > 0) o.log.error({ events: waiting }, "audit events could not be written before the end");
		},
	};
}
