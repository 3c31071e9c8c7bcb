"use client";
import { Lock, LockOpen } from "lucide-react";
import { cn } from "../cn.ts";

type LockSwitchProps = { label: string; isLocked: boolean; onChange: (isLocked: boolean) => void };

export function LockSwitch({ label, isLocked, onChange }: LockSwitchProps) {
	const Icon = isLocked ? Lock : LockOpen;
	return (
		<button
			type="button"
			role="switch"
			aria-checked={isLocked}
			aria-label={`Lock: ${label}`}
			className={cn(
				"inline-flex h-6 shrink-0 items-center gap-1.5 rounded-md border px-2 text-xs",
				isLocked ? "border-accent/40 bg-accent-wash text-ink" : "border-line text-ink-soft hover:bg-hover",
			)}
			onClick={() => onChange(!isLocked)}
		>
			<Icon className="size-3" aria-hidden />
			{isLocked ? "Locked" : "Free"}
		</button>
	);
}
