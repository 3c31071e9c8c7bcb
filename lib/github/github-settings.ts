import type { Config } from "../config/config.ts";
import type { GithubOptions } from "./open-github.ts";

/** What a process of ours is told about GitHub. */
export function githubSettings(config: Config): Omit<GithubOptions, "db" | "sealer" | "log" | "now"> {
	const { github, githubUrl, publicUrl, returnOrigins, allowedAddresses } = config;
	const client = github && { clientId: github.clientId, clientSecret: github.clientSecret };
	return { baseUrl: githubUrl, client, publicUrl, returnOrigins, allowedAddresses };
}
