/**
 * Who a cookie belongs to, and for how long. A session is cached for at most a second and forgotten when the database says that
 * it changed. Whoever holds a stream open watches its session and hears once when it has ended.
 */
import { createHash } from "node:crypto";
import { actorOfSession, findSession } from "../../lib/auth/session.ts";
import type { Database } from "../../lib/db/database.ts";
import { touchSession } from "../../lib/db/sessions.ts";
import type { Actor } from "../../lib/domain/actor.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { Log } from "../../lib/log/log.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";

export type SignedIn = { actor: Actor; expiresAt: Date };

export type Sessions = {
	/** Null for no session, a revoked or an expired one. Throws `unavailable` when the database is away. */
	find(token: string): Promise<SignedIn | null>;
	/** Calls `onEnd` once, when the session is revoked or past its time; answers what ends the watch. */
	watch(token: string, signedIn: SignedIn, onEnd: () => void): () => void;
	close(): void;
};

type Cached = { signedIn: SignedIn | null; until: number };
type Watch = { token: string; sessionId: string; expiresAt: number; onEnd: () => void };

const cacheMs = 1_000;
const cacheEntriesMax = 10_000;
const touchEveryMs = 60_000;
/** Behind NOTIFY: watches are checked against the clock, and against the row, this often. */
const clockEveryMs = 1_000;
const rowEveryMs = 30_000;

export function openSessions(o: { db: Database; changes: ChangeFeed; log: Log; now?: () => number }): Sessions {
	const now = o.now ?? Date.now;
	const cache = new Map<string, Cached>();
	const pending = new Map<string, Promise<SignedIn | null>>();
	const touched = new Map<string, number>();
	const watches = new Set<Watch>();
	let generation = 0;
	let rowsCheckedAt = now();

	async function read(token: string, key: string): Promise<SignedIn | null> {
		const readIn = generation;
		const session = await findSession(o.db, token);
		const actor = session && actorOfSession(session);
		const signedIn = session && actor ? { actor, expiresAt: session.expiresAt } : null;
		// What was read before a change was announced must not outlive the announcement.
		if (readIn === generation) remember(key, signedIn);
		return signedIn;
	}

	function remember(key: string, signedIn: SignedIn | null): void {
		if (cache.size >= cacheEntriesMax) cache.clear();
		cache.set(key, { signedIn, until: Math.min(now() + cacheMs, signedIn?.expiresAt.getTime() ?? Infinity) });
		if (signedIn) touch(signedIn.actor.sessionId);
	}

	function touch(sessionId: string): void {
		if (now() - (touched.get(sessionId) ?? 0) < touchEveryMs) return;
		if (touched.size >= cacheEntriesMax) touched.clear();
		touched.set(sessionId, now());
		touchSession(o.db, sessionId).catch((error) => o.log.warn({ err: error }, "a session's last use was not noted"));
	}

	function end(watch: Watch): void {
		if (watches.delete(watch)) watch.onEnd();
	}

	function recheck(selected: Watch[]): void {
		for (const watch of selected) {
			find(watch.token).then(
				(signedIn) => {
					if (!signedIn) end(watch);
				},
				// The database is away: the reconnect asks again.
				(error) => o.log.warn({ err: error }, "a watched session could not be read"),
			);
		}
	}

	function forget(): void {
		generation++;
		cache.clear();
		pending.clear();
	}

	async function find(token: string): Promise<SignedIn | null> {
		const key = createHash("sha256").update(token).digest("base64url");
		const cached = cache.get(key);
		if (cached && cached.until > now()) return cached.signedIn;
		const underway = pending.get(key);
		if (underway !== undefined) return underway;
		const reading = read(token, key).finally(() => {
			if (pending.get(key) === reading) pending.delete(key);
		});
		pending.set(key, reading);
		return reading;
	}

	const stopSessions = o.changes.onSession((sessionId) => {
		forget();
		recheck([...watches].filter((watch) => watch.sessionId === sessionId));
	});
	const stopGaps = o.changes.onGap(() => {
		forget();
		recheck([...watches]);
	});
	const clock = setInterval(() => {
		for (const watch of [...watches]) if (watch.expiresAt <= now()) end(watch);
		if (now() - rowsCheckedAt < rowEveryMs) return;
		rowsCheckedAt = now();
		recheck([...watches]);
	}, clockEveryMs);
	clock.unref();

	return {
		find,
		watch(token, signedIn, onEnd) {
			const watch: Watch = {
				token,
				sessionId: signedIn.actor.sessionId,
				expiresAt: signedIn.expiresAt.getTime(),
				onEnd,
			};
			watches.add(watch);
			// A change announced between the look-up and here was heard by nobody.
			recheck([watch]);
			return () => watches.delete(watch);
		},
		close() {
			stopSessions();
			stopGaps();
			clearInterval(clock);
			watches.clear();
		},
	};
}

/** The session's token in a Cookie header; null when there is none. */
export function readCookie(header: string | undefined, name: string): string | null {
	for (const pair of (header ?? "").split(";")) {
		const at = pair.indexOf("=");
		if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
	}
	return null;
}

export function notSignedIn(): AppError {
	return new AppError({
		code: "unauthenticated",
		message: "You are not signed in, or your session has ended. Sign in and try again.",
	});
}
