import type { Metadata } from "next";
import { GithubPage } from "@/components/github/github-page";

export const metadata: Metadata = { title: "GitHub" };

export default function GithubSettingsPage() {
	return <GithubPage />;
}
