/** Addresses of a GitHub, whichever it is: github.com, GitHub Enterprise Cloud on a domain of its own, or an Enterprise Server. */

/** github.com and *.ghe.com have their API on a host of its own, an Enterprise Server below /api/v3. */
export function githubApiUrl(baseUrl: string): string {
	const url = new URL(baseUrl);
	const isCloud = url.hostname === "github.com" || url.hostname.endsWith(".ghe.com");
	return isCloud ? `${url.protocol}//api.${url.host}` : `${baseUrl.replace(/\/+$/, "")}/api/v3`;
}
