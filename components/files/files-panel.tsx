"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronRight, Download, FolderPlus, RotateCw, Upload as UploadIcon } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import type { FileEntryResponse } from "@/lib/contract/files.ts";
import { api } from "../api-client.ts";
import { cn } from "../cn.ts";
import { useSearchParamsState } from "../layout/use-search-params-state.ts";
import { escapeControls } from "../text/ansi.ts";
import { Button, buttonStyle } from "../ui/button";
import { ErrorNote, errorText } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { showToast } from "../ui/toast-store.ts";
import { droppedFiles } from "./dropped-files.ts";
import { FileNameDialog } from "./file-name-dialog";
import { downloadUrl, joinPath, stepsOf } from "./file-paths.ts";
import { fileQueries } from "./file-queries.ts";
import { FileTable, isDirectory } from "./file-table";
import { RemoveFileDialog } from "./remove-file-dialog";
import { UploadList } from "./upload-list";
import type { Uploads } from "./use-uploads.ts";

/** With the directory that was shown when it was asked: the browser's Back may show another behind the dialog. */
type Asked = { directory: string } & ({ kind: "folder" } | { kind: "rename" | "remove"; entry: FileEntryResponse });

/** The files of a running box: walk, upload by button or drop, download, rename, remove. */
export function FilesPanel({ box, uploads }: { box: DevboxResponse; uploads: Uploads }) {
	if (!box.actions.includes("open_terminal"))
		return <p className="py-6 text-ink-soft text-sm">The devbox is not running. Start it to see its files.</p>;
	return <RunningFiles id={box.id} uploads={uploads} />;
}

function RunningFiles({ id, uploads }: { id: string; uploads: Uploads }) {
	const [params, changeParams] = useSearchParamsState();
	const wanted = params.get("path") ?? "~";
	const { data, error, isPlaceholderData, isFetching, refetch } = useQuery({
		...fileQueries.list(id, wanted),
		placeholderData: keepPreviousData,
	});
	const [showsHidden, setShowsHidden] = useState(false);
	const [asked, setAsked] = useState<Asked | null>(null);
	const directory = isPlaceholderData ? absoluteOrNull(wanted) : (data?.path ?? null);
	const open = (path: string) => changeParams((current) => current.set("path", path), "push");
	const shown = sortEntries(data?.entries ?? []).filter(({ name }) => showsHidden || !name.startsWith("."));
	const hidden = (data?.entries.length ?? 0) - shown.length;
	return (
		<DropZone onFiles={(files) => directory && uploads.add(directory, files)}>
			<div className="flex flex-wrap items-center gap-2">
				<PathSteps path={directory ?? wanted} onOpen={open} />
				<label className="flex items-center gap-2 text-ink-soft text-sm">
					<input
						type="checkbox"
						className="checkbox size-4"
						checked={showsHidden}
						onChange={(event) => setShowsHidden(event.target.checked)}
					/>
					Hidden
				</label>
				<Button look="quiet" size="icon" aria-label="Read again" onClick={() => void refetch()}>
					<RotateCw className={cn(isFetching && "animate-spin")} />
				</Button>
				{directory !== null && (
					<a
						href={downloadUrl(id, directory, "directory")}
						className={buttonStyle({ look: "quiet", size: "icon" })}
						aria-label="Download this directory as tar"
						title="Download this directory as tar"
					>
						<Download />
					</a>
				)}
				<Button disabled={!directory} onClick={() => directory && setAsked({ directory, kind: "folder" })}>
					<FolderPlus aria-hidden />
					New folder
				</Button>
				<PickFiles onFiles={(files) => directory && uploads.add(directory, files)} isDisabled={!directory} />
			</div>
			<UploadList uploads={uploads.uploads} onReplace={uploads.replace} onDrop={uploads.drop} onClear={uploads.clear} />
			{error && !isPlaceholderData && <ErrorNote error={error} onRetry={() => void refetch()} />}
			{!error && !data && <Skeleton className="h-64 w-full rounded-lg" />}
			{data && !error && (
				<div className={cn("overflow-hidden rounded-lg border bg-surface", isPlaceholderData && "opacity-60")}>
					{shown.length === 0 ? (
						<p className="px-4 py-10 text-center text-ink-soft text-sm">
							{hidden > 0 ? `Nothing but ${hidden} hidden.` : "This directory is empty."} Drop files here to upload
							them.
						</p>
					) : (
						<FileTable
							devboxId={id}
							directory={data.path}
							entries={shown}
							onOpen={open}
							onRename={(entry) => setAsked({ directory: data.path, kind: "rename", entry })}
							onRemove={(entry) => setAsked({ directory: data.path, kind: "remove", entry })}
						/>
					)}
				</div>
			)}
			{data?.is_truncated && <p className="text-ink-faint text-xs">There are more than these 10,000 entries.</p>}
			{asked && <AskedDialog id={id} asked={asked} onClose={() => setAsked(null)} />}
		</DropZone>
	);
}

/** Where what is put in goes while the directory that was asked for is being read, and the one before is still seen. */
const absoluteOrNull = (path: string) => (path.startsWith("/") ? path : null);

type AskedDialogProps = { id: string; asked: Asked; onClose: () => void };

function AskedDialog({ id, asked, onClose }: AskedDialogProps) {
	const { directory } = asked;
	if (asked.kind === "folder")
		return (
			<FileNameDialog
				title="New folder"
				path={directory}
				action="Make folder"
				devboxId={id}
				onSave={(name) => api.makeDirectory({ id, path: joinPath(directory, name) })}
				onClose={onClose}
			/>
		);
	const path = joinPath(directory, asked.entry.name);
	if (asked.kind === "remove")
		return <RemoveFileDialog devboxId={id} path={path} entry={asked.entry} onClose={onClose} />;
	return (
		<FileNameDialog
			title={`Rename ${escapeControls(asked.entry.name)}`}
			path={path}
			action="Rename"
			devboxId={id}
			initial={asked.entry.name}
			onSave={(name) => api.moveFile({ id, from: path, to: joinPath(directory, name) })}
			onClose={onClose}
		/>
	);
}

function sortEntries(entries: FileEntryResponse[]): FileEntryResponse[] {
	return [...entries].sort(
		(a, b) =>
			Number(isDirectory(b)) - Number(isDirectory(a)) || a.name.localeCompare(b.name, undefined, { numeric: true }),
	);
}

function PathSteps({ path, onOpen }: { path: string; onOpen: (path: string) => void }) {
	return (
		<nav aria-label="Path" className="scroll-quiet flex min-w-40 flex-1 items-center overflow-x-auto">
			{stepsOf(path).map((step, at, all) => (
				<span key={step.path} className="flex items-center">
					{at > 1 && <ChevronRight className="size-3.5 shrink-0 text-ink-faint" aria-hidden />}
					<button
						type="button"
						aria-current={at === all.length - 1 ? "location" : undefined}
						className="whitespace-nowrap rounded px-1 py-1 font-mono text-sm hover:bg-hover aria-[current]:font-medium"
						onClick={() => onOpen(step.path)}
					>
						{escapeControls(step.name)}
					</button>
				</span>
			))}
		</nav>
	);
}

type FilesTaken = (files: { name: string; file: File }[]) => void;

function PickFiles({ onFiles, isDisabled }: { onFiles: FilesTaken; isDisabled: boolean }) {
	const input = useRef<HTMLInputElement>(null);
	return (
		<>
			<Button look="primary" disabled={isDisabled} onClick={() => input.current?.click()}>
				<UploadIcon aria-hidden />
				Upload
			</Button>
			<input
				ref={input}
				type="file"
				multiple
				hidden
				aria-label="Files to upload"
				onChange={(event) => {
					onFiles([...(event.target.files ?? [])].map((file) => ({ name: file.name, file })));
					// The same file can be chosen again.
					event.target.value = "";
				}}
			/>
		</>
	);
}

function DropZone({ onFiles, children }: { onFiles: FilesTaken; children: React.ReactNode }) {
	const [isOver, setOver] = useState(false);
	const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
	return (
		<section
			aria-label="Files"
			className={cn(
				"flex flex-col gap-4 rounded-lg py-6",
				isOver && "outline-2 outline-accent outline-dashed outline-offset-4",
			)}
			onDragOver={(event) => {
				if (!hasFiles(event)) return;
				event.preventDefault();
				setOver(true);
			}}
			onDragLeave={(event) => {
				if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
			}}
			onDrop={(event) => {
				if (!hasFiles(event)) return;
				event.preventDefault();
				setOver(false);
				droppedFiles(event.dataTransfer).then(onFiles, (error: unknown) =>
					showToast({ text: errorText(error), tone: "bad" }),
				);
			}}
		>
			{children}
		</section>
	);
}
