import type { Profile } from "next-auth";
import type { OAuthConfig } from "next-auth/providers/oauth";
import type { GithubSignIn } from "../config/config.ts";
import { SecretText } from "../domain/secret-text.ts";
import { type GithubProfile, readGithubProfile } from "./github-profile.ts";

/** What the sign-in callback gets as the profile. */
export type GithubUserinfo = Profile & { github: GithubProfile };

/** What the OAuth app must be allowed to see. Organisations only where they decide. */
export function githubScopes(allowedOrgs: string[]): string {
	return allowedOrgs.length > 0 ? "read:user user:email read:org" : "read:user user:email";
}

/** next-auth's own GitHub provider calls api.github.com whatever the base URL is. */
export function githubProvider(github: GithubSignIn): OAuthConfig<GithubUserinfo> {
	return {
		id: "github",
		name: "GitHub",
		type: "oauth",
		issuer: `${github.baseUrl}/login/oauth`,
		clientId: github.clientId,
		clientSecret: github.clientSecret.reveal(),
		checks: ["state", "pkce"],
		authorization: {
			url: `${github.baseUrl}/login/oauth/authorize`,
			params: { scope: githubScopes(github.allowedOrgs) },
		},
		token: `${github.baseUrl}/login/oauth/access_token`,
		userinfo: {
			url: `${github.baseUrl}/user`,
			request: async ({ tokens }): Promise<GithubUserinfo> => {
				const profile = await readGithubProfile({
					baseUrl: github.baseUrl,
					accessToken: new SecretText(tokens.access_token ?? ""),
				});
				return { sub: profile.id, github: profile };
			},
		},
		profile: ({ github: profile }) => ({ id: profile.id, name: profile.name, email: profile.email }),
	};
}
