"use client";
import { Check, ChevronRight, Circle, LoaderCircle, Minus, TriangleAlert, X } from "lucide-react";
import { useEffect, useState } from "react";
import type { OperationResponse } from "@/lib/contract/devboxes.ts";
import { cn } from "../cn.ts";
import { AnsiText } from "../text/ansi-text";
import { formatDuration, formatElapsed, formatExact } from "../text/format-time.ts";
import { useNow } from "../text/use-now.ts";
import { stepLabel } from "./devbox-status.ts";
import { hasWarning, splitMessage, stepDuration } from "./operation-runs.ts";
import { StepOutput } from "./step-output";

type OperationStepProps = { operation: OperationResponse; isCurrent: boolean; isOpenAtFirst: boolean };

export function OperationStep({ operation, isCurrent, isOpenAtFirst }: OperationStepProps) {
	const [isOpen, setOpen] = useState(isOpenAtFirst);
	useEffect(() => {
		if (isOpenAtFirst) setOpen(true);
	}, [isOpenAtFirst]);
	const { headline, output } = splitMessage(operation.message);
	const hasMore = output.trim() !== "" || headline.length > 90;
	const isFailed = operation.status === "failed";
	const isWarned = hasWarning(operation);
	const row = (
		<>
			<StepIcon operation={operation} isCurrent={isCurrent} />
			<span
				className={cn(
					"shrink-0 font-medium text-sm",
					operation.status === "pending" && !isCurrent && "font-normal text-ink-faint",
				)}
			>
				{stepLabel(operation.step)}
			</span>
			<span
				className={cn(
					"min-w-0 flex-1 truncate text-sm",
					isFailed ? "text-bad" : isWarned ? "text-warning" : "text-ink-faint",
				)}
			>
				{!isOpen && headline && <AnsiText text={headline} />}
			</span>
			{operation.attempts > 1 && <span className="shrink-0 text-warning text-xs">{operation.attempts} attempts</span>}
			<StepDuration operation={operation} isCurrent={isCurrent} />
			<ChevronRight
				aria-hidden
				className={cn(
					"size-3.5 shrink-0 text-ink-faint transition-transform duration-100",
					isOpen && "rotate-90",
					!hasMore && "invisible",
				)}
			/>
		</>
	);
	const rowStyle = "flex h-11 w-full items-center gap-3 px-3.5 text-left";
	return (
		<li
			className={cn("border-line border-b last:border-0", isFailed && "bg-bad-wash/60")}
			aria-current={isCurrent ? "step" : undefined}
		>
			{hasMore ? (
				<button
					type="button"
					aria-expanded={isOpen}
					className={cn(rowStyle, "-outline-offset-2 hover:bg-hover/60")}
					onClick={() => setOpen(!isOpen)}
				>
					{row}
				</button>
			) : (
				<div className={rowStyle}>{row}</div>
			)}
			{isOpen && hasMore && (
				<StepOutput headline={headline} output={output} step={operation.step} isFailed={isFailed} />
			)}
		</li>
	);
}

const statusWords: Record<OperationResponse["status"], string> = {
	pending: "Waiting",
	success: "Done",
	failed: "Failed",
	deleted: "Undone",
};

function StepIcon({ operation, isCurrent }: { operation: OperationResponse; isCurrent: boolean }) {
	const { status } = operation;
	const isWarned = hasWarning(operation);
	const Icon = isWarned
		? TriangleAlert
		: status === "success"
			? Check
			: status === "failed"
				? X
				: status === "deleted"
					? Minus
					: isCurrent
						? LoaderCircle
						: Circle;
	return (
		<span
			className={cn(
				"grid size-4.5 shrink-0 place-items-center rounded-full [&_svg]:size-3 [&_svg]:stroke-3",
				status === "success" && (isWarned ? "bg-warning-wash text-warning" : "bg-good-wash text-good"),
				status === "failed" && "bg-bad text-bad-ink",
				status === "deleted" && "bg-hover text-ink-faint",
				status === "pending" && (isCurrent ? "text-working [&_svg]:size-4 [&_svg]:stroke-2" : "text-line-strong"),
			)}
		>
			<Icon aria-hidden className={isCurrent ? "animate-spin" : undefined} />
			<span className="sr-only">{isCurrent ? "Running" : isWarned ? "Done, with a warning" : statusWords[status]}</span>
		</span>
	);
}

function StepDuration({ operation, isCurrent }: { operation: OperationResponse; isCurrent: boolean }) {
	const now = useNow("second");
	if (now === null) return null;
	const duration = stepDuration(operation, now);
	if (duration === null || (!operation.finished_at && !isCurrent)) return null;
	return (
		<span
			className="shrink-0 text-ink-faint text-xs nums"
			title={operation.finished_at ? formatExact(Date.parse(operation.finished_at)) : undefined}
		>
			{operation.finished_at ? formatDuration(duration) : formatElapsed(duration)}
		</span>
	);
}
