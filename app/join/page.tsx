import type { Metadata } from "next";
import { JoinPage } from "@/components/join/join-page";
import { readSignInOptions } from "@/lib/auth/sign-in-options";

export const metadata: Metadata = { title: "Join" };

/** The link's secret stands behind the `#`, so that only the page itself knows it. Looking spends nothing. */
export default async function Join() {
	const { hasGithub, githubHost } = await readSignInOptions();
	return <JoinPage hasGithub={hasGithub} githubHost={githubHost} />;
}
