/** The connection itself: what is known of it, and its end. */
import type { Database } from "../db/database.ts";
import {
	deleteGithubConnection,
	findGithubConnection,
	type GithubConnectionRow,
	type Membership,
} from "../db/github-connections.ts";
import { replaceRevocationTokens } from "../db/github-revocations.ts";
import { AppError } from "../domain/errors.ts";
import type { SecretText } from "../domain/secret-text.ts";
import type { GithubOauth, IssuedTokens } from "./github-oauth.ts";
import { expiryOf, type GithubTokens, type HeldToken, type SealedTokens } from "./github-tokens.ts";

/** `problem`: why the authorisation may still stand at GitHub, in words; null when it is known to be gone. */
export type Disconnected = { wasConnected: boolean; problem: string | null };

/** What is put aside of a connection that is gone. */
export type RevocableTokens = SealedTokens & Pick<GithubConnectionRow, "githubUrl" | "accessExpiresAt">;

/** `why` the authorisation may still stand at GitHub; null when it is known to be gone. `version`: of the tokens that are put aside now. */
export type Revoked = { why: string | null; version: number };

export type GithubConnections = {
	find(person: Membership): Promise<GithubConnectionRow | null>;
	/** Deletes nothing here. */
	revoke(kept: RevocableTokens): Promise<Revoked>;
	/** Revokes at GitHub where that can be, and deletes here in any case. */
	disconnect(person: Membership): Promise<Disconnected>;
};

type Revocable = Pick<HeldToken, "accessToken" | "refreshToken"> & {
	row: Pick<RevocableTokens, "githubUrl" | "accessExpiresAt">;
	/** Called with a new pair before it is used: the one before is spent. */
	onRefreshed?: (issued: IssuedTokens) => Promise<void>;
};

/** Past it the row goes in any case: a connection that is refreshed again and again must still end. */
const triesMax = 3;

export function openGithubConnections(o: {
	db: Pick<Database, "prisma">;
	tokens: GithubTokens;
	oauth: GithubOauth | null;
	baseUrl: string;
	now: () => number;
}): GithubConnections {
	async function revoke(held: Revocable): Promise<void> {
		if (!o.oauth || held.row.githubUrl !== o.baseUrl)
			throw new AppError({
				code: "not_supported",
				message: `This server has no OAuth client at ${new URL(held.row.githubUrl).host} any more.`,
			});
		const { accessToken, isStale } = await liveToken(held, { oauth: o.oauth, now: o.now() });
		// Of an expired token GitHub knows nothing, whether or not its successor lives.
		if ((await o.oauth.revoke({ accessToken })) === "unknown" && isStale)
			throw new AppError({
				code: "conflict",
				message: "its end could not be confirmed, since the token kept here has expired and is not renewed there.",
			});
	}

	/** Answers why it may still stand. Whatever that is, what we hold goes; only the words depend on it. */
	async function attempt(row: RevocableTokens, onRefreshed?: Revocable["onRefreshed"]): Promise<string | null> {
		try {
			await revoke({ row, ...o.tokens.open(row), onRefreshed });
			return null;
		} catch (error) {
			return whyOf(error);
		}
	}

	return {
		find: (person) => findGithubConnection(o.db, person),
		async revoke(kept) {
			let { version } = kept;
			const why = await attempt(kept, async (issued) => {
				const { workspaceId, id } = kept;
				const tokens = o.tokens.seal(issued, { workspaceId, id, version: version + 1 });
				const accessExpiresAt = expiryOf(issued, o.now());
				if (await replaceRevocationTokens(o.db, { id, version, tokens, accessExpiresAt })) version += 1;
			});
			return { why, version };
		},
		async disconnect(person) {
			let problem: string | null = null;
			// A refresh that ends meanwhile puts other tokens in place, which have to be revoked too. One that ends later revokes its own.
			for (let tries = 1; ; tries++) {
				const row = await findGithubConnection(o.db, person);
				if (!row) return { wasConnected: tries > 1, problem };
				problem = problemOf(await attempt(row), row);
				const { id, version } = row;
				const known = { id, version: tries < triesMax ? version : undefined };
				if (await deleteGithubConnection(o.db, known)) return { wasConnected: true, problem };
			}
		},
	};
}

function problemOf(why: string | null, { githubUrl }: GithubConnectionRow): string | null {
	if (why === null) return null;
	return `The connection is deleted here, and nothing of it is kept. GitHub could not be told: ${why} Revoke the authorisation yourself at ${githubUrl}/settings/applications`;
}

function whyOf(error: unknown): string {
	if (!(error instanceof AppError)) return "it could not be asked.";
	return error.code === "unavailable" ? "it is down, slow, or limits how often it is asked." : error.message;
}

/** A token that has expired revokes nothing, while the refresh token beside it would live on. `isStale`: it has, and was not renewed. */
async function liveToken(
	held: Revocable,
	o: { oauth: GithubOauth; now: number },
): Promise<{ accessToken: SecretText; isStale: boolean }> {
	const { accessToken, refreshToken } = held;
	const { accessExpiresAt } = held.row;
	if (refreshToken === null || accessExpiresAt === null || accessExpiresAt.getTime() > o.now)
		return { accessToken, isStale: false };
	const issued = await o.oauth.refresh({ refreshToken });
	if (!issued) return { accessToken, isStale: true };
	await held.onRefreshed?.({ ...issued, refreshToken: issued.refreshToken ?? refreshToken });
	return { accessToken: issued.accessToken, isStale: false };
}
