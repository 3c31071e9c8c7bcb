/** The connection itself: what is known of it, and its end. */
import type { Database } from "../db/database.ts";
import {
	deleteGithubConnection,
	findGithubConnection,
	type GithubConnectionRow,
	type Membership,
} from "../db/github-connections.ts";
import { AppError } from "../domain/errors.ts";
import type { SecretText } from "../domain/secret-text.ts";
import type { GithubOauth } from "./github-oauth.ts";
import type { GithubTokens, HeldToken, SealedTokens } from "./github-tokens.ts";

/** `problem`: why the authorisation may still stand at GitHub, in words; null when it is known to be gone. */
export type Disconnected = { wasConnected: boolean; problem: string | null };

/** Answers why the authorisation may still stand at GitHub; null when it is known to be gone. Deletes nothing here. */
export type HeldAuthorization = { id: string; version: number; revoke(): Promise<string | null> };

/** What a connection was revokes as it did. */
export type RevocableTokens = SealedTokens & Pick<GithubConnectionRow, "githubUrl" | "accessExpiresAt">;

export type GithubConnections = {
	find(person: Membership): Promise<GithubConnectionRow | null>;
	/** To revoke when the connection itself is gone already, as with its member; null where there is none. */
	hold(person: Membership): Promise<HeldAuthorization | null>;
	/** Of a connection that is gone. Answers as a held one does. */
	revoke(kept: RevocableTokens): Promise<string | null>;
	/** Revokes at GitHub where that can be, and deletes here in any case. */
	disconnect(person: Membership): Promise<Disconnected>;
};

type Revocable = Pick<HeldToken, "accessToken" | "refreshToken"> & {
	row: Pick<RevocableTokens, "githubUrl" | "accessExpiresAt">;
};

/** Past it the row goes in any case: a connection that is refreshed again and again must still end. */
const triesMax = 3;

export function openGithubConnections(o: {
	db: Pick<Database, "prisma">;
	tokens: GithubTokens;
	oauth: GithubOauth | null;
	baseUrl: string;
}): GithubConnections {
	async function revoke(held: Revocable): Promise<void> {
		if (!o.oauth || held.row.githubUrl !== o.baseUrl)
			throw new AppError({
				code: "not_supported",
				message: `This server has no OAuth client at ${new URL(held.row.githubUrl).host} any more.`,
			});
		await o.oauth.revoke({ accessToken: await liveToken(held, o.oauth) });
	}

	async function hold(person: Membership): Promise<(HeldAuthorization & { row: GithubConnectionRow }) | null> {
		const row = await findGithubConnection(o.db, person);
		if (!row) return null;
		const reading = o.tokens.read(person).then(
			(held) => ({ held, error: null }),
			(error: unknown) => ({ held: null, error }),
		);
		const { held, error: unread } = await reading;
		const attempt = async () => {
			if (unread) throw unread;
			if (held) await revoke(held);
			return null;
		};
		// Whatever it is, what we hold goes; only the words depend on it.
		const { id, version } = row;
		return { row, id, version, revoke: () => attempt().catch((error: unknown) => whyOf(error)) };
	}

	return {
		find: (person) => findGithubConnection(o.db, person),
		hold,
		async revoke(kept) {
			try {
				await revoke({ row: kept, ...o.tokens.open(kept) });
				return null;
			} catch (error) {
				return whyOf(error);
			}
		},
		async disconnect(person) {
			let problem: string | null = null;
			// A refresh that ends meanwhile puts other tokens in place, which have to be revoked too. One that ends later revokes its own.
			for (let tries = 1; ; tries++) {
				const held = await hold(person);
				if (!held) return { wasConnected: tries > 1, problem };
				problem = problemOf(await held.revoke(), held.row);
				const { id, version } = held.row;
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

/** A token that has expired revokes nothing, while the refresh token beside it would live on. */
async function liveToken(held: Revocable, oauth: GithubOauth): Promise<SecretText> {
	const { accessExpiresAt } = held.row;
	if (held.refreshToken === null || accessExpiresAt === null || accessExpiresAt > new Date()) return held.accessToken;
	const issued = await oauth.refresh({ refreshToken: held.refreshToken });
	return issued?.accessToken ?? held.accessToken;
}
