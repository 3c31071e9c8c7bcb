/** GitHub, put together: requests go through the address guard to one GitHub, with tokens that are sealed in the database. */
import type { Database } from "../db/database.ts";
import type { GithubAccess } from "../domain/github-access.ts";
import { githubApiUrl, githubConnectCallbackPath } from "../domain/github-url.ts";
import type { Sealer } from "../domain/sealer.ts";
import type { Log } from "../log/log.ts";
import { openAddressGuard } from "../net/address-guard.ts";
import { openGuardedFetch } from "../net/guarded-fetch.ts";
import { openGithubApi } from "./github-api.ts";
import { type GithubConnections, openGithubConnections } from "./github-connection.ts";
import { type GithubFlow, openGithubFlow } from "./github-flow.ts";
import { type GithubLists, openGithubLists } from "./github-lists.ts";
import { type GithubClient, openGithubOauth } from "./github-oauth.ts";
import { openGithubRepositories } from "./github-repositories.ts";
import { openGithubTokens } from "./github-tokens.ts";

export type GithubOptions = {
	db: Database;
	sealer: Sealer;
	/** `https://github.com`, or a GitHub Enterprise. */
	baseUrl: string;
	/** Null: nothing can be connected. */
	client: GithubClient | null;
	/** Where the callback is, and browsers go back to. */
	publicUrl: URL;
	/** Other origins that they may go back to. */
	returnOrigins: readonly string[];
	/** Beside the public internet and this GitHub itself: see lib/net/address-guard.ts. */
	allowedAddresses: readonly string[];
	log: Log;
	now?: () => number;
};

export type Github = GithubAccess & {
	setup: { isConfigured: boolean; baseUrl: string; homepageUrl: string; callbackUrl: string };
	flow: GithubFlow;
	connections: GithubConnections;
	lists: GithubLists;
	/** Lets go of idle connections. */
	close(): void;
};

export function openGithub(o: GithubOptions): Github {
	const { baseUrl, publicUrl, db } = o;
	const now = o.now ?? Date.now;
	// The operator named this GitHub, so wherever it is, it may be asked.
	const own = [baseUrl, githubApiUrl(baseUrl)].map((url) => new URL(url).hostname);
	const fetch = openGuardedFetch(openAddressGuard({ allow: [...own, ...o.allowedAddresses] }));
	const api = openGithubApi({ fetch, baseUrl, now });
	const oauth = o.client ? openGithubOauth({ fetch, baseUrl, client: o.client, now }) : null;
	const tokens = openGithubTokens({ db, sealer: o.sealer, baseUrl, oauth, log: o.log, now });
	return {
		...openGithubRepositories({ api, tokens, baseUrl }),
		setup: {
			isConfigured: oauth !== null,
			baseUrl,
			homepageUrl: publicUrl.origin,
			callbackUrl: new URL(githubConnectCallbackPath, publicUrl).href,
		},
		flow: openGithubFlow({ ...o, api, oauth, tokens, now }),
		connections: openGithubConnections({ db, tokens, oauth, baseUrl, now }),
		lists: openGithubLists({ db, api, tokens, baseUrl, now }),
		close: fetch.close,
	};
}
