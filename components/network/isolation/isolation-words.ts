import { CircleCheck, CircleHelp, CircleX, Clock, type LucideIcon, TriangleAlert } from "lucide-react";
import type { HostIsolation, IsolationReportSummary } from "@/lib/contract/isolation.ts";

type Look = { label: string; icon: LucideIcon; look: string };

export const statusLooks: Record<IsolationReportSummary["status"], Look> = {
	pending: { label: "Waiting", icon: Clock, look: "text-ink-soft" },
	running: { label: "Running", icon: Clock, look: "text-ink-soft" },
	passed: { label: "Passed", icon: CircleCheck, look: "text-good" },
	failed: { label: "Failed", icon: CircleX, look: "text-bad" },
	error: { label: "No result", icon: TriangleAlert, look: "text-bad" },
};

const never: Look = { label: "Never audited", icon: CircleHelp, look: "text-warning" };
const overdue: Look = { label: "Overdue", icon: TriangleAlert, look: "text-warning" };

export function standingLook({ standing, is_overdue }: Pick<HostIsolation, "standing" | "is_overdue">): Look {
	if (standing === "never") return never;
	return standing === "passed" && is_overdue ? overdue : statusLooks[standing];
}

export const causeWords = {
	requested: "asked for",
	schedule: "by schedule",
	network_change: "after a change of the network's set-up",
} as const satisfies Record<IsolationReportSummary["cause"], string>;
