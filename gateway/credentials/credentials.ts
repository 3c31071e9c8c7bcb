/**
 * Who a cookie or a token belongs to, and for how long. What was read is kept for at most a second and forgotten when the database
 * says that a credential changed. Whoever holds a stream open watches its credentials and hears once when one of them has ended.
 */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { findTokenIdentity } from "../../lib/auth/api-token.ts";
import { actorOfSession, findSession } from "../../lib/auth/session.ts";
import { findAccessSessionIdentity, findSshKeyIdentity } from "../../lib/auth/ssh-identity.ts";
import { touchAccessSession } from "../../lib/db/access-sessions.ts";
import { touchApiToken } from "../../lib/db/api-tokens.ts";
import type { Database } from "../../lib/db/database.ts";
import { touchSession } from "../../lib/db/sessions.ts";
import { touchSshKey } from "../../lib/db/ssh-keys.ts";
import type { Actor } from "../../lib/domain/actor.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";
import type { Log } from "../../lib/log/log.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";

/** What a request shows. Tokens come before a cookie: who sends one means it. */
export type Credential =
	| { kind: "cookie"; token: SecretText }
	| { kind: "tokens"; provider: SecretText | null; user: SecretText | null }
	/** A key that has signed an SSH login. */
	| { kind: "ssh_key"; fingerprint: string; workspaceId: string }
	/** The hash of a secret that opened an SSH login, and the key that signed beside it. */
	| { kind: "access_session"; tokenHash: string; fingerprint: string | null };

export type SignedIn = { actor: Actor; credentialIds: readonly string[]; expiresAt: Date | null };

export type Credentials = {
	/** Null for none, a revoked or an expired one. Throws `unavailable` when the database is away. */
	find(credential: Credential): Promise<SignedIn | null>;
	/** Calls `onEnd` once, when a credential is revoked or past its time; answers what ends the watch. */
	watch(credential: Credential, signedIn: SignedIn, onEnd: () => void): () => void;
	close(): void;
};

type Cached = { signedIn: SignedIn | null; until: number };
type Watch = { credential: Credential; ids: readonly string[]; expiresAt: number; onEnd: () => void };

const touches = {
	session: touchSession,
	token: touchApiToken,
	access_session: touchAccessSession,
	ssh_key: touchSshKey,
} as const satisfies Record<Actor["kind"], unknown>;
const cacheMs = 1_000;
const cacheEntriesMax = 10_000;
const touchEveryMs = 60_000;
/** Behind NOTIFY: watches are checked against the clock, and against the row, this often. */
const clockEveryMs = 1_000;
const rowEveryMs = 30_000;

export function openCredentials(o: { db: Database; changes: ChangeFeed; log: Log; now?: () => number }): Credentials {
	const now = o.now ?? Date.now;
	const cache = new Map<string, Cached>();
	const pending = new Map<string, Promise<SignedIn | null>>();
	const touched = new Map<string, number>();
	const watches = new Set<Watch>();
	let generation = 0;
	let rowsCheckedAt = now();

	async function read(credential: Credential, key: string): Promise<SignedIn | null> {
		const readIn = generation;
		const signedIn = await readCredential(o.db, credential);
		// What was read before a change was announced must not outlive the announcement.
		if (readIn === generation) remember(key, signedIn);
		return signedIn;
	}

	function remember(key: string, signedIn: SignedIn | null): void {
		if (cache.size >= cacheEntriesMax) cache.clear();
		const until = Math.min(now() + cacheMs, signedIn?.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
		cache.set(key, { signedIn, until });
		if (signedIn) for (const id of signedIn.credentialIds) touch(signedIn.actor.kind, id);
	}

	function touch(kind: Actor["kind"], id: string): void {
		if (now() - (touched.get(id) ?? 0) < touchEveryMs) return;
		if (touched.size >= cacheEntriesMax) touched.clear();
		touched.set(id, now());
		touches[kind](o.db, id).catch((error) => o.log.warn({ err: error }, "a credential's last use was not noted"));
	}

	function end(watch: Watch): void {
		if (watches.delete(watch)) watch.onEnd();
	}

	function recheck(selected: Watch[]): void {
		for (const watch of selected) {
			find(watch.credential).then(
				(signedIn) => {
					if (!signedIn) end(watch);
					else watch.expiresAt = signedIn.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
				},
				// The database is away: the reconnect asks again.
				(error) => o.log.warn({ err: error }, "a watched credential could not be read"),
			);
		}
	}

	function forget(): void {
		generation++;
		cache.clear();
		pending.clear();
	}

	async function find(credential: Credential): Promise<SignedIn | null> {
		const key = cacheKey(credential);
		const cached = cache.get(key);
		if (cached && cached.until > now()) return cached.signedIn;
		const underway = pending.get(key);
		if (underway !== undefined) return underway;
		const reading = read(credential, key).finally(() => {
			if (pending.get(key) === reading) pending.delete(key);
		});
		pending.set(key, reading);
		return reading;
	}

	const stopCredentials = o.changes.onCredential((id) => {
		forget();
		recheck([...watches].filter((watch) => watch.ids.includes(id)));
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
		watch(credential, signedIn, onEnd) {
			const expiresAt = signedIn.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
			const watch: Watch = { credential, ids: signedIn.credentialIds, expiresAt, onEnd };
			watches.add(watch);
			// A change announced between the look-up and here was heard by nobody.
			recheck([watch]);
			return () => watches.delete(watch);
		},
		close() {
			stopCredentials();
			stopGaps();
			clearInterval(clock);
			watches.clear();
		},
	};
}

async function readCredential(db: Database, credential: Credential): Promise<SignedIn | null> {
	if (credential.kind === "tokens") return findTokenIdentity(db, credential);
	if (credential.kind === "ssh_key") return findSshKeyIdentity(db, credential);
	if (credential.kind === "access_session") return findAccessSessionIdentity(db, credential);
	const session = await findSession(db, credential.token);
	const actor = session && actorOfSession(session);
	return session && actor ? { actor, credentialIds: [session.id], expiresAt: session.expiresAt } : null;
}

/** Tokens do not lie about in our memory longer than a request takes. */
function cacheKey(credential: Credential): string {
	return createHash("sha256").update(SecretText.ofJson(credential).reveal()).digest("base64url");
}

/** What a request shows; null when it shows nothing. An Authorization header that is no bearer token is one that nobody has. */
export function credentialOf(headers: IncomingHttpHeaders, cookieName: string): Credential | null {
	const provider = single(headers["x-provider-token"]);
	const authorization = headers.authorization;
	if (provider !== null || authorization !== undefined)
		return { kind: "tokens", provider, user: authorization === undefined ? null : bearerOf(authorization) };
	const token = readCookie(headers.cookie, cookieName);
	return token ? { kind: "cookie", token } : null;
}

function single(header: string | string[] | undefined): SecretText | null {
	return header === undefined ? null : new SecretText(String(header).trim());
}

function bearerOf(authorization: string): SecretText {
	return new SecretText(/^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? "");
}

/** The session's token in a Cookie header; null when there is none. */
export function readCookie(header: string | undefined, name: string): SecretText | null {
	for (const pair of (header ?? "").split(";")) {
		const at = pair.indexOf("=");
		if (at <= 0 || pair.slice(0, at).trim() !== name) continue;
		const text = pair.slice(at + 1).trim();
		return text === "" ? null : new SecretText(text);
	}
	return null;
}

export function notSignedIn(credential: Credential | null = null): AppError {
	return new AppError({
		code: "unauthenticated",
		message:
			credential?.kind === "tokens"
				? "The token is not known, was revoked or has expired. Send a personal token as `Authorization: Bearer …`, a provider token as `X-Provider-Token`; make one under Settings, Tokens."
				: "You are not signed in, or your session has ended. Sign in, or send a token as `Authorization: Bearer …`.",
	});
}
