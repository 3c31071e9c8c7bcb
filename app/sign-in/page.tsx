import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignInPage } from "@/components/sign-in/sign-in-page";
import { safeNextPath } from "@/lib/auth/next-path";
import { readPageActor } from "@/lib/auth/page-session";
import { readSignInOptions } from "@/lib/auth/sign-in-options";

export const metadata: Metadata = { title: "Sign in" };

type Search = { next?: string; callbackUrl?: string; error?: string };

export default async function SignIn({ searchParams }: { searchParams: Promise<Search> }) {
	const search = await searchParams;
	const next = safeNextPath(search.next);
	if (await readPageActor()) redirect(next);
	return <SignInPage next={next} errorCode={search.error ?? null} options={await readSignInOptions()} />;
}
