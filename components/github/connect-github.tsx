"use client";
import { useMutation } from "@tanstack/react-query";
import { api } from "../api-client.ts";
import { GithubMark } from "../sign-in/github-mark";
import { Button, type ButtonProps } from "../ui/button";
import { ErrorNote } from "../ui/error-note";

type Setup = { github_url: string };

export function ConnectGithub({ setup }: { setup: Setup }) {
	return (
		<div className="flex flex-col items-start gap-3 rounded-lg border border-dashed px-4 py-6">
			<p className="text-ink-soft text-sm">
				No account is connected. Public repositories can be cloned without one; for private ones {hostOf(setup)} asks
				you once whether Devbox may read and push to your repositories, see your organisations, and read your public SSH
				keys. If you sign in by link alone, you may sign in with that account as well from then on.
			</p>
			<ConnectButton setup={setup} look="primary" />
		</div>
	);
}

/** Leaves this page for GitHub, and comes back to it. */
export function ConnectButton({ setup, look, label }: { setup: Setup; look?: ButtonProps["look"]; label?: string }) {
	const connect = useMutation({
		mutationFn: () => api.connectGithub({ return_url: `${window.location.origin}/settings/github` }),
		onSuccess: ({ authorize_url }) => window.location.assign(authorize_url),
	});
	return (
		<>
			<Button look={look} isBusy={connect.isPending || connect.isSuccess} onClick={() => connect.mutate()}>
				<GithubMark />
				{label ?? `Connect ${hostOf(setup)}`}
			</Button>
			{connect.error && <ErrorNote error={connect.error} className="w-full" />}
		</>
	);
}

export function hostOf({ github_url }: Setup): string {
	return new URL(github_url).host;
}
