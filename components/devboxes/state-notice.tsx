"use client";
import { CircleSlash, CircleX, type LucideIcon, Square } from "lucide-react";
import type { ReactNode } from "react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { cn } from "../cn.ts";
import { RelativeTime } from "../text/relative-time";
import { devboxStatus } from "./devbox-status.ts";

/** Explains a state in which the box cannot be worked with, and what to do about it. */
export function StateNotice({ box }: { box: DevboxResponse }) {
	const { kind } = devboxStatus(box);
	if (kind === "failed")
		return (
			<Notice icon={CircleX} tone="bad" title={box.reason ?? "This devbox failed."}>
				{box.keep_until ? (
					<p>
						It is kept to look into, counts in your quota, and is removed <RelativeTime at={box.keep_until} />.
						{box.actions.includes("open_terminal") && " Open its terminal, or destroy it and create another."}
					</p>
				) : (
					<p>Nothing is left of it on the host. The steps below say what went wrong; destroy it and create another.</p>
				)}
			</Notice>
		);
	if (kind === "destroyed")
		return (
			<Notice icon={CircleSlash} tone="neutral" title="This devbox is destroyed.">
				<p>{box.reason ?? "Its files are gone."} This page stays for what was done to it.</p>
			</Notice>
		);
	if (kind === "stopped")
		return (
			<Notice icon={Square} tone="neutral" title={box.reason ?? "This devbox is stopped."}>
				<p>Its files are kept; what ran in it has ended. Start it to go on.</p>
			</Notice>
		);
	return null;
}

type NoticeProps = { icon: LucideIcon; tone: "bad" | "neutral"; title: string; children: ReactNode };

function Notice({ icon: Icon, tone, title, children }: NoticeProps) {
	return (
		<section
			aria-label="State"
			className={cn(
				"flex gap-3 rounded-lg border px-4 py-3 text-sm",
				tone === "bad" ? "border-bad/30 bg-bad-wash" : "bg-sunken",
			)}
		>
			<Icon className={cn("mt-0.5 size-4 shrink-0", tone === "bad" ? "text-bad" : "text-ink-faint")} aria-hidden />
			<div className="min-w-0">
				<p className="break-words font-medium">{title}</p>
				<div className="mt-0.5 text-ink-soft">{children}</div>
			</div>
		</section>
	);
}
