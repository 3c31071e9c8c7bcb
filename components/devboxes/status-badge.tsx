"use client";
import { CircleSlash, CircleX, Clock, LoaderCircle, Moon, Square } from "lucide-react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { cn } from "../cn.ts";
import { formatElapsed } from "../text/format-time.ts";
import { RelativeTime } from "../text/relative-time";
import { useNow } from "../text/use-now.ts";
import { type DevboxStatus, devboxStatus, stepLabel, type Tone } from "./devbox-status.ts";
import { lifetimeWarning } from "./lifetime.ts";
import type { ListedDevbox } from "./listed-devbox.ts";

const toneText: Record<Tone, string> = {
	good: "text-good",
	working: "text-working",
	warning: "text-warning",
	bad: "text-bad",
	neutral: "text-ink-faint",
};

export function StatusIcon({ status, className }: { status: DevboxStatus; className?: string }) {
	const classes = cn("size-3.5 shrink-0", toneText[status.tone], className);
	if (status.kind === "ready")
		return (
			<span aria-hidden className={cn(classes, "grid place-items-center")}>
				<span className="size-2 rounded-full bg-current ring-3 ring-current/15" />
			</span>
		);
	if (status.kind === "requested") return <Clock aria-hidden className={classes} />;
	if (status.isBusy) return <LoaderCircle aria-hidden className={cn(classes, "animate-spin")} />;
	if (status.kind === "suspended") return <Moon aria-hidden className={classes} />;
	if (status.kind === "stopped") return <Square aria-hidden className={classes} />;
	if (status.kind === "failed") return <CircleX aria-hidden className={classes} />;
	return <CircleSlash aria-hidden className={classes} />;
}

/** Icon, word and colour. */
export function StatusBadge({ box, className }: { box: ListedDevbox; className?: string }) {
	const status = devboxStatus(box);
	return (
		<span className={cn("inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-sm", className)}>
			<StatusIcon status={status} />
			<span
				className={cn(
					status.tone === "neutral" ? "text-ink-soft" : toneText[status.tone],
					status.kind === "destroyed" && "line-through",
				)}
			>
				{status.label}
			</span>
		</span>
	);
}

/** The step that runs now and its seconds, that its end is near, or the reason of a state, in one line. */
export function StatusDetail({ box, className }: { box: ListedDevbox; className?: string }) {
	const now = useNow("halfMinute");
	const status = devboxStatus(box);
	const classes = cn("truncate text-ink-faint", className);
	if (status.isBusy && box.current_step) return <StepProgress step={box.current_step} className={classes} />;
	const warning = now === null || status.isBusy ? null : lifetimeWarning(box, now);
	if (warning)
		return (
			<span className={cn(classes, "text-warning")}>
				{warning.kind === "expiry" ? "destroyed" : "stopped"} <RelativeTime at={warning.at} />
			</span>
		);
	if (!box.reason) return null;
	return (
		<span className={classes} title={box.reason}>
			{box.reason}
		</span>
	);
}

function StepProgress({ step, className }: { step: NonNullable<DevboxResponse["current_step"]>; className: string }) {
	const now = useNow("second");
	const elapsed = now !== null && step.started_at ? formatElapsed(now - Date.parse(step.started_at)) : null;
	return (
		<span className={cn(className, "inline-flex gap-1")} title={step.message || undefined}>
			<span className="truncate">{step.started_at ? stepLabel(step.step) : step.message || stepLabel(step.step)}</span>
			{elapsed && <span className="shrink-0 nums">· {elapsed}</span>}
		</span>
	);
}
