"use client";
import { Download, Ellipsis, File, FileSymlink, Folder, Pencil, Trash2 } from "lucide-react";
import type { FileEntryResponse } from "@/lib/contract/files.ts";
import { escapeControls } from "../text/ansi.ts";
import { formatBytes } from "../text/format-size.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { MenuButton } from "../ui/menu-button";
import { downloadUrl, joinPath } from "./file-paths.ts";

type FileTableProps = {
	devboxId: string;
	directory: string;
	entries: FileEntryResponse[];
	onOpen: (path: string) => void;
	onRename: (entry: FileEntryResponse) => void;
	onRemove: (entry: FileEntryResponse) => void;
};

const icons = { file: File, directory: Folder, symlink: FileSymlink, other: File };

/** A directory, or a link that leads to one. */
export function isDirectory(entry: FileEntryResponse): boolean {
	return entry.kind === "directory" || entry.target_kind === "directory";
}

export function FileTable({ devboxId, directory, entries, onOpen, onRename, onRemove }: FileTableProps) {
	return (
		<table className="w-full table-fixed text-sm">
			<thead className="text-left text-ink-faint text-xs">
				<tr className="border-b [&_th]:px-3.5 [&_th]:py-2 [&_th]:font-normal">
					<th scope="col">Name</th>
					<th scope="col" className="w-24 text-right">
						Size
					</th>
					<th scope="col" className="w-20 max-sm:hidden">
						Mode
					</th>
					<th scope="col" className="w-32 max-sm:hidden">
						Changed
					</th>
					<th scope="col" className="w-14">
						<span className="sr-only">Actions</span>
					</th>
				</tr>
			</thead>
			<tbody className="[&_td]:px-3.5 [&_td]:py-1 [&_tr:last-child]:border-0 [&_tr]:border-b">
				{entries.map((entry) => (
					<tr key={entry.name} className="hover:bg-hover">
						<td>
							<FileName entry={entry} path={joinPath(directory, entry.name)} devboxId={devboxId} onOpen={onOpen} />
						</td>
						<td className="text-right text-ink-soft nums">
							{entry.kind === "file" ? formatBytes(entry.size_bytes) : ""}
						</td>
						<td className="font-mono text-ink-faint text-xs max-sm:hidden">{entry.mode}</td>
						<td className="text-ink-faint text-xs max-sm:hidden">
							<RelativeTime at={entry.modified_at} />
						</td>
						<td>
							<MenuButton
								align="end"
								entries={[
									{
										kind: "item",
										label: isDirectory(entry) ? "Download as tar" : "Download",
										icon: Download,
										onSelect: () =>
											window.location.assign(
												downloadUrl(
													devboxId,
													joinPath(directory, entry.name),
													isDirectory(entry) ? "directory" : "file",
												),
											),
									},
									{ kind: "item", label: "Rename", icon: Pencil, onSelect: () => onRename(entry) },
									{ kind: "separator", label: "remove" },
									{ kind: "item", label: "Remove", icon: Trash2, isDanger: true, onSelect: () => onRemove(entry) },
								]}
							>
								<Button look="quiet" size="iconSm" aria-label={`Actions of ${escapeControls(entry.name)}`}>
									<Ellipsis />
								</Button>
							</MenuButton>
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

type FileNameProps = { entry: FileEntryResponse; path: string; devboxId: string; onOpen: (path: string) => void };

function FileName({ entry, path, devboxId, onOpen }: FileNameProps) {
	const Icon = icons[entry.kind];
	const label = (
		<>
			<Icon className="size-4 shrink-0 text-ink-faint" aria-hidden />
			<span className="truncate">{escapeControls(entry.name)}</span>
			{entry.target !== null && (
				<span className="truncate text-ink-faint text-xs max-sm:hidden">→ {escapeControls(entry.target)}</span>
			)}
		</>
	);
	const look = "flex h-7 w-full min-w-0 items-center gap-2.5 rounded text-left hover:text-accent";
	if (isDirectory(entry))
		return (
			<button type="button" className={look} onClick={() => onOpen(path)}>
				{label}
			</button>
		);
	return (
		<a className={look} href={downloadUrl(devboxId, path, "file")} title="Download">
			{label}
		</a>
	);
}
