/**
 * A member's access token, opened for one use. One that is about to expire is refreshed first, by one process at a time; one that GitHub
 * refuses is refreshed once, and else the connection says that it must be made again.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import {
	endGithubRefresh,
	findGithubConnection,
	type GithubConnectionRow,
	leaseGithubRefresh,
	type Membership,
	markGithubReconnect,
	replaceGithubTokens,
} from "../db/github-connections.ts";
import { replaceRevocationTokens } from "../db/github-revocations.ts";
import type { SealedFor, Sealer } from "../domain/sealer.ts";
import { SecretText, textsOf } from "../domain/secret-text.ts";
import type { Log } from "../log/log.ts";
import type { GithubAnswer } from "./github-api.ts";
import { githubDown, mustReconnect, notConnected } from "./github-errors.ts";
import type { GithubOauth, IssuedTokens } from "./github-oauth.ts";

/** `row` is as it was read with this very token. */
export type HeldToken = { row: GithubConnectionRow; accessToken: SecretText; refreshToken: SecretText | null };
type Opened = Pick<HeldToken, "accessToken" | "refreshToken">;
/** A connection's, or what is left of one. */
export type SealedTokens = Pick<GithubConnectionRow, "workspaceId" | "id" | "version" | "tokens">;
export type KnownAnswer<T> = Exclude<GithubAnswer<T>, { kind: "token_refused" }>;

export type GithubTokens = {
	/** Calls with a token that works. Throws AppError `conflict` when there is none. */
	use<T>(
		person: Membership,
		call: (held: HeldToken) => Promise<GithubAnswer<T>>,
	): Promise<{ held: HeldToken; answer: KnownAnswer<T> }>;
	/** As it is in the database; null for none. */
	read(person: Membership): Promise<HeldToken | null>;
	/** Throws AppError for tokens that are not what was sealed for this connection. */
	open(row: SealedTokens): Opened;
	seal(issued: IssuedTokens, at: { workspaceId: string; id: string; version: number }): Uint8Array<ArrayBuffer>;
};

export type GithubTokensOptions = {
	db: Pick<Database, "prisma">;
	sealer: Sealer;
	baseUrl: string;
	/** Null where the operator has set no OAuth client. */
	oauth: GithubOauth | null;
	log: Log;
	now: () => number;
};

/** A token that ends within this is not begun with. */
const expiryMarginMs = 60_000;
/** Longer than a request to GitHub may take: past it, the process that held it has died. */
const refreshLeaseMs = 20_000;
const refreshLookEveryMs = 100;

export function openGithubTokens(o: GithubTokensOptions): GithubTokens {
	const { db } = o;
	const host = new URL(o.baseUrl).host;

	async function read(person: Membership): Promise<HeldToken | null> {
		const row = await findGithubConnection(db, person);
		if (!row) return null;
		return { row, ...open(row) };
	}

	function open(row: SealedTokens): Opened {
		return tokensOf(o.sealer.open(row.tokens, sealedFor(row)));
	}

	async function readUsable(person: Membership): Promise<HeldToken> {
		const held = await read(person);
		if (!held) throw notConnected({ isConfigured: o.oauth !== null });
		const { row } = held;
		if (row.githubUrl !== o.baseUrl)
			throw mustReconnect(
				`Your connection is one to ${new URL(row.githubUrl).host}, and this server uses ${host} now.`,
			);
		if (row.status === "reconnect") throw mustReconnect(row.statusReason ?? "The connection to GitHub has ended.");
		return held;
	}

	async function refresh(held: HeldToken): Promise<HeldToken> {
		const { row, refreshToken } = held;
		const person = { workspaceId: row.workspaceId, userId: row.userId };
		if (refreshToken === null || o.oauth === null) return end(held, "and it cannot be renewed");
		const at = { id: row.id, version: row.version };
		if (!(await leaseGithubRefresh(db, { ...at, leaseMs: refreshLeaseMs, now: new Date(o.now()) })))
			return awaitRefreshed(held);
		const issued = await o.oauth.refresh({ refreshToken }).catch(async (error: unknown) => {
			await endGithubRefresh(db, at);
			throw error;
		});
		if (!issued) return end(held, "and it was not renewed");
		const kept = { ...issued, refreshToken: issued.refreshToken ?? refreshToken };
		const renewed = {
			...at,
			tokens: seal(kept, { workspaceId: row.workspaceId, id: row.id, version: row.version + 1 }),
			accessExpiresAt: expiryOf(issued, o.now()),
		};
		// Disconnected, or connected anew, while GitHub was asked: nobody has this token, and it would live on. Of a member who was
		// removed meanwhile it is put where the one before waits to be revoked.
		if (!(await replaceGithubTokens(db, renewed)) && !(await replaceRevocationTokens(db, renewed)))
			await o.oauth.revoke({ accessToken: issued.accessToken }).catch((error: unknown) => {
				o.log.warn({ err: error }, "a GitHub token that came too late was not revoked");
			});
		return readUsable(person);
	}

	/** Somebody else refreshes, or has done so: what it got is read. */
	async function awaitRefreshed({ row }: HeldToken): Promise<HeldToken> {
		const until = o.now() + refreshLeaseMs;
		for (;;) {
			const held = await readUsable(row);
			if (held.row.version !== row.version) return held;
			const lease = held.row.refreshingUntil;
			if (lease === null || lease.getTime() < o.now() || o.now() > until)
				throw githubDown({ host, what: "did not renew your connection just now", retryAfterSeconds: 5 });
			await delay(refreshLookEveryMs);
		}
	}

	async function end({ row }: HeldToken, how: string): Promise<never> {
		const reason = `${host} does not accept your connection any more: it was revoked or has expired, ${how}.`;
		await markGithubReconnect(db, { id: row.id, version: row.version, reason });
		throw mustReconnect(reason);
	}

	/** After a refusal: with what another process has put in place meanwhile, or refreshed. */
	async function renew(held: HeldToken): Promise<HeldToken> {
		const latest = await readUsable(held.row);
		return latest.row.version === held.row.version ? refresh(latest) : latest;
	}

	function seal(issued: IssuedTokens, at: { workspaceId: string; id: string; version: number }) {
		const { accessToken, refreshToken } = issued;
		return o.sealer.seal(SecretText.ofJson({ accessToken, refreshToken }), sealedFor(at));
	}

	return {
		read,
		open,
		seal,
		async use(person, call) {
			let held = await readUsable(person);
			const { accessExpiresAt } = held.row;
			if (accessExpiresAt && accessExpiresAt.getTime() - expiryMarginMs < o.now()) held = await refresh(held);
			let answer = await call(held);
			if (answer.kind === "token_refused") {
				held = await renew(held);
				answer = await call(held);
			}
			return answer.kind === "token_refused" ? end(held, "and it cannot be renewed") : { held, answer };
		},
	};
}

/** Throws TypeError for what holds no token, without quoting it. */
function tokensOf(opened: SecretText): Opened {
	const { accessToken, refreshToken = null } = textsOf(opened);
	if (!accessToken) throw new TypeError("A sealed GitHub connection holds no access token.");
	return { accessToken, refreshToken };
}

/** Null: never. */
export function expiryOf(issued: IssuedTokens, now: number): Date | null {
	return issued.expiresInSeconds === null ? null : new Date(now + issued.expiresInSeconds * 1_000);
}

function sealedFor(o: { workspaceId: string; id: string; version: number }): SealedFor {
	return { workspaceId: o.workspaceId, purpose: "github-tokens", id: o.id, version: o.version };
}
