/** Addresses of a GitHub, whichever it is: github.com, GitHub Enterprise Cloud on a domain of its own, or an Enterprise Server. */

/** github.com and *.ghe.com have their API on a host of its own, an Enterprise Server below /api/v3. */
export function githubApiUrl(baseUrl: string): string {
	const url = new URL(baseUrl);
	const isCloud = url.hostname === "github.com" || url.hostname.endsWith(".ghe.com");
	return isCloud ? `${url.protocol}//api.${url.host}` : `${baseUrl.replace(/\/+$/, "")}/api/v3`;
}

/** Below the callback of sign-in, so that an OAuth app that is registered for that takes both. */
export const githubConnectCallbackPath = "/api/auth/callback/github/connect";

/** What the token of a connection may do: read and push to private repositories, see organisations, and read public SSH keys. */
export const githubConnectScopes = ["repo", "read:org", "read:public_key"] as const;
