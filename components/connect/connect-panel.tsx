"use client";
import { useQuery } from "@tanstack/react-query";
import { SquareArrowOutUpRight } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import type { SshGatewayResponse } from "@/lib/contract/access-sessions.ts";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { sshKeyQueries } from "../ssh-keys/ssh-key-queries.ts";
import { buttonStyle } from "../ui/button";
import { CodeBlock } from "../ui/code-block";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { AccessSessions } from "./access-sessions";
import { connectQueries } from "./connect-queries.ts";
import { curlSnippet, sdkSnippet, sshCommand, sshConfig, vsCodeUrl } from "./connect-snippets.ts";

/** Every way into the box, filled in to copy. */
export function ConnectPanel({ box }: { box: DevboxResponse }) {
	const gateway = useQuery(connectQueries.gateway());
	const isOff = isDevboxError(gateway.error) && gateway.error.code === "not_supported";
	return (
		<div className="flex max-w-2xl flex-col gap-9 py-6">
			<Part title="SSH" text="Shell, scp, rsync, port forwarding, and every editor that works over SSH.">
				{gateway.error && !isOff && <ErrorNote error={gateway.error} onRetry={() => void gateway.refetch()} />}
				{isOff && <p className="text-ink-soft text-sm">SSH is switched off on this server.</p>}
				{!gateway.error && !gateway.data && <Skeleton className="h-24 w-full rounded-lg" />}
				{gateway.data && <SshWays box={box} gateway={gateway.data} />}
			</Part>
			{gateway.data && (
				<Part
					title="SSH logins for this devbox"
					text="Each opens this devbox for 8 hours on a machine without your key. Revoking one cuts its connections."
				>
					<AccessSessions box={box} />
				</Part>
			)}
			<Part
				title="Programs"
				text={
					<>
						With a{" "}
						<Link
							href="/settings/tokens"
							className="text-accent underline decoration-accent/50 underline-offset-2 hover:decoration-accent"
						>
							token
						</Link>{" "}
						in <code className="text-xs">DEVBOX_API_KEY</code>. All of it is in the{" "}
						<Link
							href="/docs/api"
							className="text-accent underline decoration-accent/50 underline-offset-2 hover:decoration-accent"
						>
							API reference
						</Link>
						.
					</>
				}
			>
				<div className="flex flex-col gap-3">
					<CodeBlock code={sdkSnippet(box.label, window.location.origin)} label="SDK" />
					<CodeBlock code={curlSnippet(box.id, window.location.origin)} label="curl" />
				</div>
			</Part>
		</div>
	);
}

function SshWays({ box, gateway }: { box: DevboxResponse; gateway: SshGatewayResponse }) {
	const keys = useQuery(sshKeyQueries.list());
	return (
		<div className="flex flex-col gap-3">
			{keys.data && keys.data.length === 0 && (
				<p className="rounded-lg border border-warning/30 bg-warning-wash px-3.5 py-2.5 text-sm">
					You have no SSH key here yet.{" "}
					<Link
						href="/settings#ssh-keys"
						className="font-medium text-accent underline decoration-accent/50 underline-offset-2 hover:decoration-accent"
					>
						Add yours
					</Link>
					, or make a login below.
				</p>
			)}
			<CodeBlock code={sshCommand(box.label, gateway)} label="SSH command" />
			<details className="group">
				<summary className="cursor-pointer text-ink-soft text-sm hover:text-ink">For ~/.ssh/config</summary>
				<CodeBlock className="mt-2" code={sshConfig(box.label, gateway)} label="SSH configuration" />
			</details>
			<div className="flex flex-wrap items-center gap-x-4 gap-y-2">
				<a href={vsCodeUrl(box.label, gateway)} className={buttonStyle()}>
					<SquareArrowOutUpRight aria-hidden />
					Open in VS Code
				</a>
				<p className="min-w-0 text-ink-faint text-xs">
					Host key <code className="break-all">{gateway.host_key_fingerprint}</code>
				</p>
			</div>
		</div>
	);
}

function Part({ title, text, children }: { title: string; text: ReactNode; children: ReactNode }) {
	return (
		<section aria-label={title}>
			<h2 className="font-semibold text-base">{title}</h2>
			<p className="text-ink-soft text-sm">{text}</p>
			<div className="mt-3">{children}</div>
		</section>
	);
}
