import { dbCall } from "../db/database.ts";
import type { SignInOptions } from "../domain/sign-in-options.ts";
import { githubScopes } from "./github-provider.ts";
import { webServer } from "./web-server.ts";

/** What the sign-in page says. All of it may be seen by anyone. */
export async function readSignInOptions(): Promise<SignInOptions> {
	const { config, db } = webServer();
	const admins = await dbCall(() =>
		db.prisma.user.findMany({
			where: { disabledAt: null, members: { some: { role: { in: ["owner", "admin"] } } } },
			select: { login: true },
			orderBy: { createdAt: "asc" },
			take: 3,
		}),
	);
	const githubUrl = config.github?.baseUrl ?? process.env.AUTH_GITHUB_BASE_URL ?? "https://github.com";
	const orgs = config.github?.allowedOrgs ?? (process.env.AUTH_GITHUB_ALLOWED_ORGS ?? "").split(",").filter(Boolean);
	return {
		hasGithub: config.github !== null,
		githubHost: new URL(githubUrl).host,
		homepageUrl: config.publicUrl.origin,
		callbackUrl: `${config.publicUrl.origin}/api/auth/callback/github`,
		scopes: githubScopes(orgs),
		admins: admins.map((admin) => admin.login),
	};
}
