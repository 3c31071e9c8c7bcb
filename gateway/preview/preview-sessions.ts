/**
 * Whose a preview's cookie is, and for how long. What was read is kept for at most a second and forgotten when the database says
 * that a credential or the devbox changed. Whatever is under way watches its session, and hears once when that has ended.
 */
import type { Database } from "../../lib/db/database.ts";
import { findLivePreviewSession, type LivePreviewSession } from "../../lib/db/previews.ts";
import { hashToken } from "../../lib/db/token-hash.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import type { PreviewTarget } from "../../lib/domain/preview-host.ts";
import type { Log } from "../../lib/log/log.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";

export type PreviewAccess = LivePreviewSession & { tokenHash: string };

export type PreviewSessions = {
	/** The first of the tokens that opens this very preview; null when none does. Throws `unavailable` when the database is away. */
	find(tokens: readonly string[], target: PreviewTarget): Promise<PreviewAccess | null>;
	/**
	 * Calls `onEnd` once, when the session or what it came from has ended; answers what ends the watch. To be called in the turn in
	 * which `find` answered: what ends in between is heard by nobody.
	 */
	watch(access: PreviewAccess, onEnd: () => void): () => void;
	close(): void;
};

type Cached = { access: PreviewAccess | null; until: number };
type Watch = { access: PreviewAccess; onEnd: () => void };

const cacheMs = 1_000;
const cacheEntriesMax = 10_000;
const readAttemptsMax = 5;
/** Behind NOTIFY: watches are checked against the clock, and against the row, this often. */
const clockEveryMs = 1_000;
const rowEveryMs = 30_000;

export function openPreviewSessions(o: { db: Database; changes: ChangeFeed; log: Log }): PreviewSessions {
	const cache = new Map<string, Cached>();
	const pending = new Map<string, Promise<PreviewAccess | null>>();
	const watches = new Set<Watch>();
	let generation = 0;
	let rowsCheckedAt = Date.now();

	async function read(tokenHash: string, attempt = 1): Promise<PreviewAccess | null> {
		const readIn = generation;
		const row = await findLivePreviewSession(o.db, tokenHash);
		const access = row && { ...row, tokenHash };
		// What was read before a change was announced may be what the change ended.
		if (readIn !== generation && attempt < readAttemptsMax) return read(tokenHash, attempt + 1);
		if (readIn !== generation) return access;
		if (cache.size >= cacheEntriesMax) cache.clear();
		const end = access?.expiresAt.getTime() ?? Number.POSITIVE_INFINITY;
		cache.set(tokenHash, { access, until: Math.min(Date.now() + cacheMs, end) });
		return access;
	}

	/** Many who ask at once cost one look. */
	function findOne(tokenHash: string): Promise<PreviewAccess | null> {
		const underway = pending.get(tokenHash);
		if (underway !== undefined) return underway;
		const reading = read(tokenHash).finally(() => {
			if (pending.get(tokenHash) === reading) pending.delete(tokenHash);
		});
		pending.set(tokenHash, reading);
		return reading;
	}

	function forget(): void {
		generation++;
		cache.clear();
		pending.clear();
	}

	function end(watch: Watch): void {
		if (watches.delete(watch)) watch.onEnd();
	}

	function recheck(selected: Watch[]): void {
		for (const watch of selected) {
			findOne(watch.access.tokenHash).then(
				(access) => {
					if (!access) end(watch);
				},
				// The database is away: the reconnect asks again.
				(error) => o.log.warn({ err: error }, "a watched preview session could not be read"),
			);
		}
	}

	const stops = [
		o.changes.onCredential((id) => {
			forget();
			recheck([...watches].filter(({ access }) => access.credentialIds.includes(id)));
		}),
		o.changes.onDevbox(({ devboxId }) => {
			generation++;
			for (const [key, { access }] of cache) if (access?.devboxId === devboxId) cache.delete(key);
			pending.clear();
		}),
		o.changes.onGap(() => {
			forget();
			recheck([...watches]);
		}),
	];
	const clock = setInterval(() => {
		const now = Date.now();
		for (const watch of [...watches]) if (watch.access.expiresAt.getTime() <= now) end(watch);
		if (now - rowsCheckedAt < rowEveryMs) return;
		rowsCheckedAt = now;
		recheck([...watches]);
	}, clockEveryMs);
	clock.unref();

	return {
		async find(tokens, target) {
			for (const token of tokens) {
				const tokenHash = hashToken(token);
				const cached = cache.get(tokenHash);
				const access = cached && cached.until > Date.now() ? cached.access : await findOne(tokenHash);
				if (access && opens(access, target)) return access;
			}
			return null;
		},
		watch(access, onEnd) {
			const watch: Watch = { access, onEnd };
			watches.add(watch);
			return () => watches.delete(watch);
		},
		close() {
			for (const stop of stops) stop();
			clearInterval(clock);
			for (const watch of [...watches]) end(watch);
		},
	};
}

function opens(access: PreviewAccess, target: PreviewTarget): boolean {
	return (
		access.port === (target.port ?? 0) &&
		(target.label === access.name || target.label === instanceName(access.devboxId))
	);
}
