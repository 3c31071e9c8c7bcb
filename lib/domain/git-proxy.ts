/** Where git in a box finds the repositories that it reaches with its owner's credential, and what it takes for them. */

/** On the box's loopback, held by its link: whoever connects there is that box. */
export const gitProxyPort = 7418;

export function gitProxyUrl(fullName: string): string {
	return `http://127.0.0.1:${gitProxyPort}/${fullName}`;
}

/** The addresses of a repository that git writes in people's configurations, by how they begin. */
export function proxiedAddresses(o: { githubUrl: string; fullName: string }): string[] {
	const { host } = new URL(o.githubUrl);
	return [`${o.githubUrl}/${o.fullName}`, `git@${host}:${o.fullName}`, `ssh://git@${host}/${o.fullName}`];
}
