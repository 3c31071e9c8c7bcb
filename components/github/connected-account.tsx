"use client";
import { CircleCheck, TriangleAlert } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { GithubConnection, GithubSetup } from "@/sdk/src/index.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { ConnectButton, hostOf } from "./connect-github";

const DisconnectDialog = dynamic(() => import("./disconnect-dialog").then((module) => module.DisconnectDialog), {
	ssr: false,
});

export function ConnectedAccount({ account, setup }: { account: GithubConnection; setup: GithubSetup }) {
	const [isEnding, setEnding] = useState(false);
	const isBroken = account.status === "reconnect";
	return (
		<div className="rounded-lg border bg-surface">
			<div className="flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3.5">
				<div className="min-w-0 flex-1">
					<p className="truncate font-medium">
						<a href={`${account.github_url}/${account.github_login}`} rel="noreferrer" className="hover:underline">
							{account.github_login}
						</a>{" "}
						<span className="font-normal text-ink-faint text-sm">at {hostOf(account)}</span>
					</p>
					<p className="flex flex-wrap items-center gap-x-1.5 text-ink-soft text-sm">
						{isBroken ? (
							<>
								<TriangleAlert className="size-3.5 text-warning" aria-hidden />
								<span>Has to be connected again</span>
							</>
						) : (
							<>
								<CircleCheck className="size-3.5 text-good" aria-hidden />
								<span>
									Connected <RelativeTime at={account.connected_at} />
									{account.linked_sign_in && ". You may sign in with it"}
								</span>
							</>
						)}
					</p>
				</div>
				{setup.is_configured && isBroken && <ConnectButton setup={setup} look="primary" label="Reconnect" />}
				<Button look="dangerQuiet" onClick={() => setEnding(true)}>
					Disconnect
				</Button>
			</div>
			{isBroken && account.status_reason && (
				<p role="status" className="border-t bg-warning-wash px-4 py-2.5 text-sm">
					{account.status_reason}
				</p>
			)}
			{isEnding && <DisconnectDialog account={account} onClose={() => setEnding(false)} />}
		</div>
	);
}
