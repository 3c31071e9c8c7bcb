"use client";
import Link from "next/link";
import { useState } from "react";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { signInWithLink } from "./auth-requests.ts";
import { signInErrorText } from "./sign-in-errors.ts";
import { SignInFrame } from "./sign-in-frame";

/** Only the button spends the link. */
export function ConfirmSignInLink({ token, next }: { token: string; next: string }) {
	const [isBusy, setBusy] = useState(false);
	const [isSpent, setSpent] = useState(token === "");
	const [error, setError] = useState<unknown>(null);
	const confirm = async () => {
		setBusy(true);
		setError(null);
		try {
			if (await signInWithLink(token)) return window.location.replace(next);
			setSpent(true);
		} catch (failure) {
			setError(failure);
		}
		setBusy(false);
	};
	if (isSpent)
		return (
			<SignInFrame title="This link does not work any more">
				<p role="alert" className="text-ink-soft">
					{signInErrorText("link_spent", [])}
				</p>
				<p className="mt-4">
					<Link href="/sign-in" className="text-accent underline underline-offset-2">
						Other ways to sign in
					</Link>
				</p>
			</SignInFrame>
		);
	return (
		<SignInFrame title="Sign in to Devbox">
			<p className="mb-4 text-ink-soft">This link signs this browser in, once.</p>
			{error !== null && <ErrorNote error={error} className="mb-4" />}
			<Button look="primary" size="lg" className="w-full" isBusy={isBusy} autoFocus onClick={() => void confirm()}>
				Sign in
			</Button>
		</SignInFrame>
	);
}
