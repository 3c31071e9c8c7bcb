"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { BookMarked, Lock } from "lucide-react";
import { useDeferredValue, useState } from "react";
import type { GithubRepository } from "@/sdk/src/index.ts";
import { ErrorNote } from "../ui/error-note";
import { Input } from "../ui/field";
import { Skeleton } from "../ui/skeleton";
import { githubQueries } from "./github-queries.ts";

export function RepositoryPreview() {
	const [query, setQuery] = useState("");
	const searched = useDeferredValue(query.trim());
	const { data, error, refetch } = useQuery({
		...githubQueries.repositories(searched),
		placeholderData: keepPreviousData,
	});
	return (
		<div className="flex flex-col gap-3">
			<Input
				type="search"
				aria-label="Search repositories"
				placeholder="Search repositories"
				autoComplete="off"
				spellCheck={false}
				value={query}
				onChange={(event) => setQuery(event.target.value)}
			/>
			{error && <ErrorNote error={error} onRetry={() => void refetch()} />}
			{!error && !data && <Skeleton className="h-40 w-full rounded-lg" />}
			{!error && data && data.data.length === 0 && (
				<p className="rounded-lg border border-dashed px-4 py-6 text-center text-ink-soft text-sm">
					{searched
						? `No repository’s name holds “${searched}”.`
						: "Your account has no repositories, and no organisation is switched on."}
				</p>
			)}
			{!error && data && data.data.length > 0 && (
				<>
					<ul
						aria-label="Repositories"
						className="scroll-quiet max-h-96 divide-y divide-line overflow-y-auto rounded-lg border bg-surface"
					>
						{data.data.map((repository) => (
							<Repository key={repository.repo_id} repository={repository} />
						))}
					</ul>
					<p className="text-ink-faint text-xs">
						{data.next_cursor
							? `The first ${data.data.length}; search for others.`
							: `${data.data.length} repositories.`}
						{data.is_cut &&
							" Your account has more than are listed here: name others by hand when you create a devbox."}
					</p>
				</>
			)}
		</div>
	);
}

function Repository({ repository }: { repository: GithubRepository }) {
	const Icon = repository.private ? Lock : BookMarked;
	return (
		<li className="flex items-center gap-2.5 px-4 py-2 text-sm">
			<Icon className="size-3.5 shrink-0 text-ink-faint" aria-hidden />
			<span className="min-w-0 flex-1 truncate font-mono text-xs">{repository.full_name}</span>
			<span className="hidden truncate text-ink-faint text-xs sm:block">{repository.default_branch}</span>
			<span className="w-24 shrink-0 text-right text-ink-faint text-xs">
				{repository.private ? "private" : "public"}
				{repository.can_push ? "" : ", read"}
			</span>
		</li>
	);
}
