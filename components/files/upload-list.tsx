"use client";
import { X } from "lucide-react";
import { cn } from "../cn.ts";
import { formatBytes } from "../text/format-size.ts";
import { Button } from "../ui/button";
import { isUnderWay, type Upload } from "./use-uploads.ts";

type UploadListProps = {
	uploads: Upload[];
	onReplace: (upload: Upload) => void;
	onDrop: (key: number) => void;
	onClear: () => void;
};

const shownMax = 50;

export function UploadList({ uploads, onReplace, onDrop, onClear }: UploadListProps) {
	if (uploads.length === 0) return null;
	const left = uploads.filter(isUnderWay).length;
	return (
		<section aria-label="Uploads" className="rounded-lg border bg-surface">
			<header className="flex items-center gap-3 border-b px-3.5 py-1.5 text-sm">
				<p role="status" className="flex-1 font-medium">
					{left > 0 ? `Uploading ${left} of ${uploads.length}` : "Uploads"}
				</p>
				{left > 0 && <p className="text-ink-faint text-xs">Leaving this devbox ends them.</p>}
				<Button look="quiet" size="sm" onClick={onClear}>
					Clear
				</Button>
			</header>
			<ul className="scroll-quiet max-h-56 divide-y divide-line/70 overflow-y-auto">
				{uploads.slice(-shownMax).map((upload) => (
					<li key={upload.key} className="flex items-center gap-3 px-3.5 py-1.5 text-sm">
						<div className="min-w-0 flex-1">
							<p className="flex items-baseline gap-2">
								<span className="truncate">{upload.name}</span>
								<span className="shrink-0 text-ink-faint text-xs nums">{formatBytes(upload.file.size)}</span>
							</p>
							{upload.status === "running" && <Progress fraction={upload.fraction} name={upload.name} />}
							{upload.message && (
								<p role="alert" className={cn("text-xs", upload.status === "exists" ? "text-warning" : "text-bad")}>
									{upload.message}
								</p>
							)}
						</div>
						{upload.status === "done" && <span className="text-good text-xs">Done</span>}
						{upload.status === "exists" && (
							<Button size="sm" onClick={() => onReplace(upload)}>
								Replace
							</Button>
						)}
						{upload.status !== "done" && (
							<Button
								look="quiet"
								size="iconSm"
								aria-label={`Cancel ${upload.name}`}
								onClick={() => onDrop(upload.key)}
							>
								<X />
							</Button>
						)}
					</li>
				))}
			</ul>
		</section>
	);
}

function Progress({ fraction, name }: { fraction: number; name: string }) {
	return (
		<progress
			aria-label={`Upload of ${name}`}
			value={fraction}
			className="mt-1 block h-1 w-full appearance-none overflow-hidden rounded-full [&::-webkit-progress-bar]:bg-hover [&::-webkit-progress-value]:bg-accent"
		/>
	);
}
