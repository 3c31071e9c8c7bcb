import type { GithubSetupResponse } from "../../contract/github.ts";
import { githubConnectScopes } from "../../domain/github-url.ts";
import type { GithubDeps } from "../deps.ts";

export async function getGithubSetup({ github }: GithubDeps): Promise<GithubSetupResponse> {
	const { isConfigured, baseUrl, homepageUrl, callbackUrl } = github.setup;
	return {
		is_configured: isConfigured,
		github_url: baseUrl,
		homepage_url: homepageUrl,
		callback_url: callbackUrl,
		scopes: [...githubConnectScopes],
	};
}
