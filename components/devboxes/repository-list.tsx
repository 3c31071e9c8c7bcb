"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleDashed, GitBranch, Info, LoaderCircle, Lock } from "lucide-react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import type { DevboxRepositoryResponse } from "@/lib/contract/repositories.ts";
import { devboxQueries } from "./devbox-queries.ts";

type CloneStatus = DevboxRepositoryResponse["clone_status"];

const words: Record<CloneStatus, string> = {
	pending: "Waits",
	cloning: "Being cloned",
	success: "Cloned",
	failed: "Not cloned",
};

/** What the box was asked to have, and how far it is; nothing for a box without repositories. */
export function RepositoryList({ box }: { box: DevboxResponse }) {
	const { data: repositories = [] } = useQuery(devboxQueries.repositories(box.id));
	if (repositories.length === 0) return null;
	return (
		<section aria-labelledby="repositories">
			<h2 id="repositories" className="mb-1 font-medium text-ink-faint text-xs">
				Repositories
			</h2>
			<ul>
				{repositories.map((repository) => (
					<li
						key={repository.target_path}
						className="flex gap-2.5 border-line/70 border-b py-2.5 text-sm last:border-0"
						data-status={repository.clone_status}
					>
						<StatusIcon status={repository.clone_status} />
						<div className="flex min-w-0 flex-1 flex-col gap-1">
							<Repository repository={repository} progress={progressOf(box, repository)} />
						</div>
					</li>
				))}
			</ul>
		</section>
	);
}

function Repository({ repository, progress }: { repository: DevboxRepositoryResponse; progress: string | null }) {
	const { commit, clone_error, clone_note } = repository;
	return (
		<>
			<p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
				<a
					className="min-w-0 break-all font-medium hover:underline"
					href={repository.url}
					rel="noreferrer"
					target="_blank"
				>
					{repository.full_name}
				</a>
				{repository.is_private && <Lock className="size-3.5 text-ink-faint" aria-label="private" />}
				{repository.push && <span className="rounded border px-1 text-ink-soft text-xs">push</span>}
			</p>
			<p className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-ink-soft text-xs">
				<span className="inline-flex min-w-0 items-center gap-1 break-all">
					<GitBranch className="size-3 shrink-0" aria-hidden="true" />
					{repository.ref}
				</span>
				{commit && (
					<code className="font-mono" title={commit}>
						{commit.slice(0, 12)}
					</code>
				)}
				{repository.depth !== null && (
					<span>last {repository.depth === 1 ? "commit" : `${repository.depth} commits`}</span>
				)}
			</p>
			<p className="break-all font-mono text-ink-faint text-xs">{repository.target_path}</p>
			{progress && (
				<p className="break-words text-ink-soft text-xs" role="status">
					{progress}
				</p>
			)}
			{clone_error && <p className="break-words text-bad text-xs">{clone_error}</p>}
			{clone_note && (
				<p className="flex gap-1 text-ink-soft text-xs">
					<Info className="mt-0.5 size-3 shrink-0" aria-hidden="true" />
					{clone_note}
				</p>
			)}
		</>
	);
}

/** Its line in the message of the step that runs. */
function progressOf(box: DevboxResponse, { full_name, clone_status }: DevboxRepositoryResponse): string | null {
	if (clone_status !== "cloning" || box.current_step?.step !== "clone_repositories") return null;
	const start = `${full_name}: `;
	const line = box.current_step.message.split("\n").find((text) => text.startsWith(start));
	return line ? line.slice(start.length) : null;
}

function StatusIcon({ status }: { status: CloneStatus }) {
	const label = words[status];
	const size = "mt-0.5 size-4 shrink-0";
	if (status === "success") return <CircleCheck className={`${size} text-good`} aria-label={label} />;
	if (status === "failed") return <CircleAlert className={`${size} text-bad`} aria-label={label} />;
	if (status === "cloning")
		return (
			<LoaderCircle className={`${size} animate-spin text-ink-soft motion-reduce:animate-none`} aria-label={label} />
		);
	return <CircleDashed className={`${size} text-ink-faint`} aria-label={label} />;
}
