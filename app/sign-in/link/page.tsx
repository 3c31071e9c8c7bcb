import type { Metadata } from "next";
import { ConfirmSignInLink } from "@/components/sign-in/confirm-sign-in-link";
import { safeNextPath } from "@/lib/auth/next-path";

export const metadata: Metadata = { title: "Sign in" };

/** Looking at the page spends nothing: link previews and virus scanners may open it as often as they like. */
export default async function SignInLinkPage({
	searchParams,
}: {
	searchParams: Promise<{ token?: string; next?: string }>;
}) {
	const { token, next } = await searchParams;
	return <ConfirmSignInLink token={token ?? ""} next={safeNextPath(next)} />;
}
