"use client";
import { CircleAlert } from "lucide-react";
import { useState } from "react";
import type { SignInOptions } from "@/lib/domain/sign-in-options.ts";
import { Button } from "../ui/button";
import { CodeBlock } from "../ui/code-block";
import { ErrorNote } from "../ui/error-note";
import { signInWithGithub } from "./auth-requests.ts";
import { GithubGuide } from "./github-guide";
import { GithubMark } from "./github-mark";
import { signInErrorText } from "./sign-in-errors.ts";
import { SignInFrame } from "./sign-in-frame";

type SignInPageProps = { next: string; errorCode: string | null; options: SignInOptions };

export function SignInPage({ next, errorCode, options }: SignInPageProps) {
	const [isBusy, setBusy] = useState(false);
	const [error, setError] = useState<unknown>(null);
	const goToGithub = async () => {
		setBusy(true);
		setError(null);
		try {
			await signInWithGithub(next);
		} catch (failure) {
			setError(failure);
			setBusy(false);
		}
	};
	return (
		<SignInFrame title="Sign in to Devbox">
			{errorCode && (
				<p role="alert" className="mb-4 flex gap-2.5 rounded-lg border border-bad/30 bg-bad-wash px-3.5 py-2.5 text-sm">
					<CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
					{signInErrorText(errorCode, options.admins)}
				</p>
			)}
			{error !== null && <ErrorNote error={error} className="mb-4" />}
			{options.hasGithub && (
				<Button look="primary" size="lg" className="mb-6 w-full" isBusy={isBusy} onClick={() => void goToGithub()}>
					<GithubMark /> Continue with {options.githubHost === "github.com" ? "GitHub" : options.githubHost}
				</Button>
			)}
			<section aria-label="Sign-in link">
				<p className="mb-2 text-ink-soft text-sm">
					{options.hasGithub ? "Or with a sign-in link: on" : "With a sign-in link: on"} the server, in the folder of
					Devbox, run
				</p>
				<CodeBlock code="npm run sign-in-link" label="Command for a sign-in link" />
				<p className="mt-2 text-ink-faint text-xs">It prints an address that signs you in once.</p>
			</section>
			{!options.hasGithub && <GithubGuide options={options} />}
		</SignInFrame>
	);
}
