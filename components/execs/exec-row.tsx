"use client";
import { useMutation } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import type { ExecResponse } from "@/lib/contract/execs.ts";
import { api } from "../api-client.ts";
import { cn } from "../cn.ts";
import { StepOutput } from "../devboxes/step-output";
import { escapeControls } from "../text/ansi.ts";
import { formatBytes } from "../text/format-size.ts";
import { formatDuration } from "../text/format-time.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { errorText } from "../ui/error-note";
import { showToast } from "../ui/toast-store.ts";
import { commandText, type ExecTone, execOutcome } from "./exec-text.ts";
import { useExecOutput } from "./use-exec-output.ts";

const toneStyles: Record<ExecTone, string> = {
	working: "bg-working-wash text-working",
	good: "bg-good-wash text-good",
	bad: "bg-bad-wash text-bad",
	warning: "bg-warning-wash text-warning",
};

type ExecRowProps = {
	exec: ExecResponse;
	isOpen: boolean;
	/** False for one that runs while enough others are followed. */
	isFollowed: boolean;
	/** Also of one that is open: it is followed in place of another. */
	onOpen: () => void;
	onClose: () => void;
};

export function ExecRow({ exec, isOpen, isFollowed, onOpen, onClose }: ExecRowProps) {
	const { label, tone } = execOutcome(exec);
	const cancel = useMutation({
		mutationFn: () => api.cancelExec({ id: exec.devbox_id, exec_id: exec.id }),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	const ranMs = exec.finished_at ? Date.parse(exec.finished_at) - Date.parse(exec.created_at) : null;
	return (
		<li className="border-b last:border-0">
			<div className="flex items-center gap-3 pr-3">
				<button
					type="button"
					aria-expanded={isOpen}
					className="flex min-w-0 flex-1 items-center gap-3 py-2 pl-3.5 text-left"
					onClick={isOpen ? onClose : onOpen}
				>
					<ChevronRight
						aria-hidden
						className={cn("size-3.5 shrink-0 text-ink-faint transition-transform", isOpen && "rotate-90")}
					/>
					<span className={cn("shrink-0 rounded-full px-2 text-xs nums", toneStyles[tone])}>{label}</span>
					<code className="min-w-0 flex-1 truncate text-xs">{escapeControls(commandText(exec))}</code>
					<span className="shrink-0 text-ink-faint text-xs max-sm:hidden">
						{exec.mode === "detached" && "detached · "}
						{ranMs !== null && `${formatDuration(ranMs)} · `}
						<RelativeTime at={exec.created_at} />
					</span>
				</button>
				{exec.status === "running" && (
					<Button look="dangerQuiet" size="sm" isBusy={cancel.isPending} onClick={() => cancel.mutate()}>
						Cancel
					</Button>
				)}
			</div>
			{isOpen && <ExecDetails exec={exec} isFollowed={isFollowed} onFollow={onOpen} />}
		</li>
	);
}

type ExecDetailsProps = { exec: ExecResponse; isFollowed: boolean; onFollow: () => void };

function ExecDetails({ exec, isFollowed, onFollow }: ExecDetailsProps) {
	const { text, problem } = useExecOutput(exec, isFollowed);
	const written = exec.stdout_bytes + exec.stderr_bytes;
	const isCut = exec.is_stdout_truncated || exec.is_stderr_truncated;
	const facts = [
		exec.reason,
		problem,
		isCut && "More was written than is kept.",
		exec.status !== "running" && written === 0 && !problem && "It wrote nothing.",
	].filter(Boolean);
	return (
		<>
			<StepOutput headline={facts.join(" ")} output={text} step={exec.id} isFailed={false} />
			{!isFollowed && (
				<div className="flex items-center gap-3 border-t bg-sunken px-3.5 py-1.5 text-ink-soft text-sm">
					<span className="min-w-0 flex-1">Paused: two running commands are followed at a time.</span>
					<Button size="sm" onClick={onFollow}>
						Follow this one
					</Button>
				</div>
			)}
			<p className="flex flex-wrap gap-x-4 border-t bg-sunken px-3.5 py-1.5 text-ink-faint text-xs">
				<code>{exec.id}</code>
				<span>as {exec.user}</span>
				{exec.cwd && <span>in {escapeControls(exec.cwd)}</span>}
				<span className="nums">{formatBytes(written)} written</span>
			</p>
		</>
	);
}
