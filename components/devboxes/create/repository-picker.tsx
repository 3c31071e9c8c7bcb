"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Lock, Search } from "lucide-react";
import { Popover } from "radix-ui";
import { useDeferredValue, useState } from "react";
import { isDevboxError } from "@/sdk/src/index.ts";
import { Button } from "../../ui/button";
import { errorText } from "../../ui/error-note";
import { Input } from "../../ui/field";
import { Skeleton } from "../../ui/skeleton";
import { pickableRepositories } from "./pick-queries.ts";

type Picked = { repo_id: number; full_name: string };
type RepositoryPickerProps = { chosen: readonly string[]; onPick: (repository: Picked) => void };

/** Repositories of one's own GitHub account and its granted organisations. */
export function RepositoryPicker({ chosen, onPick }: RepositoryPickerProps) {
	const [isOpen, setOpen] = useState(false);
	return (
		<Popover.Root open={isOpen} onOpenChange={setOpen}>
			<Popover.Trigger asChild>
				<Button size="sm">
					<Search /> Search your GitHub
				</Button>
			</Popover.Trigger>
			<Popover.Content
				align="start"
				sideOffset={4}
				className="z-50 w-80 max-w-[calc(100vw-3rem)] rounded-lg border bg-raised p-2 shadow-pop outline-none"
				aria-label="Your repositories on GitHub"
			>
				<RepositorySearch
					chosen={chosen}
					onPick={(repository) => {
						onPick(repository);
						setOpen(false);
					}}
				/>
			</Popover.Content>
		</Popover.Root>
	);
}

function RepositorySearch({ chosen, onPick }: RepositoryPickerProps) {
	const [text, setText] = useState("");
	const query = useDeferredValue(text.trim());
	const { data, error, isPending } = useQuery({ ...pickableRepositories(query), placeholderData: keepPreviousData });
	if (error) return <p className="px-1.5 py-1 text-ink-soft text-sm">{whyNone(error)}</p>;
	const found = (data?.data ?? []).filter(({ granted }) => granted);
	return (
		<>
			<Input
				aria-label="Search repositories"
				placeholder="Part of its name"
				value={text}
				onChange={(event) => setText(event.target.value)}
				onKeyDown={(event) => {
					if (event.key !== "Enter") return;
					// Enter takes the first one found, and does not send the form.
					event.preventDefault();
					if (found[0]) onPick(found[0]);
				}}
			/>
			<ul className="scroll-quiet mt-2 max-h-56 overflow-y-auto">
				{isPending && [1, 2, 3].map((key) => <Skeleton key={key} className="mb-1 h-7 rounded" />)}
				{!isPending && found.length === 0 && (
					<li className="px-1.5 py-1 text-ink-soft text-sm">Nothing is called so.</li>
				)}
				{found.map(({ repo_id, full_name, private: isPrivate }) => (
					<li key={repo_id}>
						<button
							type="button"
							className="flex h-7 w-full items-center gap-2 rounded px-1.5 text-left font-mono text-xs hover:bg-hover disabled:opacity-50"
							disabled={chosen.includes(full_name)}
							onClick={() => onPick({ repo_id, full_name })}
						>
							<span className="min-w-0 flex-1 truncate">{full_name}</span>
							{isPrivate && <Lock className="size-3 shrink-0 text-ink-faint" aria-label="private" />}
						</button>
					</li>
				))}
			</ul>
		</>
	);
}

function whyNone(error: unknown): string {
	if (isDevboxError(error) && error.code === "conflict")
		return `${error.detail} Public repositories need no connection.`;
	return errorText(error);
}
