"use client";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useState } from "react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { api } from "../api-client.ts";
import { devboxKeys } from "../devboxes/devbox-queries.ts";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Input } from "../ui/field";
import { Skeleton } from "../ui/skeleton";
import { execQueries } from "./exec-queries.ts";
import { ExecRow } from "./exec-row";
import { close, readExecs, turnTo } from "./opened-execs.ts";

/** What programs have run in the box, and a line to run one from here. */
export function ExecsPanel({ box }: { box: DevboxResponse }) {
	const list = useInfiniteQuery(execQueries.list(box.id));
	const [opened, setOpened] = useState<readonly string[]>([]);
	const execs = list.data?.pages.flatMap((page) => page.data) ?? null;
	const read = readExecs(opened, execs ?? []);
	const open = (execId: string) => setOpened((all) => turnTo(all, execId));
	return (
		<section aria-labelledby="execs" className="flex max-w-4xl flex-col gap-4 py-6">
			<div>
				<h2 id="execs" className="font-semibold text-base">
					Commands
				</h2>
				<p className="text-ink-soft text-sm">
					What the SDK, the API and agents run in this devbox, with output and exit code.
				</p>
			</div>
			{box.actions.includes("open_terminal") && <RunCommand id={box.id} onStarted={open} />}
			{list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
			{!list.error && !execs && <Skeleton className="h-40 w-full rounded-lg" />}
			{execs && execs.length === 0 && (
				<p className="rounded-lg border border-dashed px-4 py-10 text-center text-ink-soft text-sm">
					Nothing was run yet. Terminals and SSH are not listed here.
				</p>
			)}
			{execs && execs.length > 0 && (
				<ul aria-label="Commands" className="overflow-hidden rounded-lg border bg-surface">
					{execs.map((exec) => (
						<ExecRow
							key={exec.id}
							exec={exec}
							isOpen={opened.includes(exec.id)}
							isFollowed={read.has(exec.id)}
							onOpen={() => open(exec.id)}
							onClose={() => setOpened((all) => close(all, exec.id))}
						/>
					))}
				</ul>
			)}
			{list.hasNextPage && (
				<Button className="self-start" isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
					Older
				</Button>
			)}
		</section>
	);
}

function RunCommand({ id, onStarted }: { id: string; onStarted: (execId: string) => void }) {
	const client = useQueryClient();
	const [script, setScript] = useState("");
	const run = useMutation({
		mutationFn: () => api.createExec({ id, script, detach: true }),
		onSuccess: async (exec) => {
			setScript("");
			onStarted(exec.id);
			await client.invalidateQueries({ queryKey: devboxKeys.execs(id) });
		},
	});
	return (
		<form
			className="flex flex-col gap-2"
			onSubmit={(event) => {
				event.preventDefault();
				if (script.trim()) run.mutate();
			}}
		>
			<div className="flex gap-2">
				<Input
					aria-label="Command"
					placeholder="npm test"
					autoComplete="off"
					spellCheck={false}
					className="font-mono text-sm"
					value={script}
					onChange={(event) => setScript(event.target.value)}
				/>
				<Button type="submit" look="primary" disabled={!script.trim()} isBusy={run.isPending}>
					<Play aria-hidden />
					Run
				</Button>
			</div>
			<p className="text-ink-faint text-xs">Run by bash as devbox in its home; it goes on when you leave this page.</p>
			{run.error && <ErrorNote title="The command was not started" error={run.error} />}
		</form>
	);
}
