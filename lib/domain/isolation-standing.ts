/** What is known of a host's isolation today: the outcome of its last audit, and whether a newer one should be there. */
import type { IsolationStatus } from "./isolation.ts";

export const isolationStandings = ["never", "passed", "failed", "error"] as const;
export type IsolationStanding = (typeof isolationStandings)[number];

/** Days between two audits of a host, where audits go by time. */
export const isolationDays = { min: 1, max: 365, default: 90 } as const;
/** A new host's first audit by time comes so much later: its first image and filter may still be on their way. */
export const firstAuditDays = 1;
/** Past its time by so much, an audit is not late any more but missing: something is wrong with the schedule itself. */
export const overdueDays = 7;
/** One that ended without a result is tried again then. */
export const retryDays = 1;

export type HostAudits = {
	hostCreatedAt: Date;
	/** The last that has ended, with or without a result. */
	latest: { status: IsolationStatus; finishedAt: Date } | null;
	/** When the last one with a result had it. */
	resultAt: Date | null;
	/** Days between two; null: none by time. */
	everyDays: number | null;
};

const dayMs = 24 * 60 * 60_000;

/** When the next audit by time is due; null: none is. */
export function nextAuditAt({ hostCreatedAt, resultAt, everyDays }: HostAudits): Date | null {
	if (everyDays === null) return null;
	return resultAt ? addDays(resultAt, everyDays) : addDays(hostCreatedAt, firstAuditDays);
}

export function isolationStanding(
	audits: HostAudits,
	now: Date,
): { standing: IsolationStanding; isOverdue: boolean; nextAt: Date | null } {
	const status = audits.latest?.status;
	const standing = status === "passed" || status === "failed" || status === "error" ? status : "never";
	const nextAt = nextAuditAt(audits);
	return { standing, isOverdue: nextAt !== null && addDays(nextAt, overdueDays) < now, nextAt };
}

/** What is wrong with it, for a sentence after the host's name; null: nothing is. */
export function isolationProblem(o: {
	standing: IsolationStanding;
	isOverdue: boolean;
	failed: number;
	ageDays: number | null;
}): string | null {
	const age = o.ageDays === null ? "" : ` ${daysWords(o.ageDays)}`;
	if (o.standing === "failed")
		return `its last audit failed${age}: ${o.failed === 1 ? "1 attempt was" : `${o.failed} attempts were`} not as promised`;
	if (o.standing === "error") return `its last audit ended without a result${age}`;
	if (o.standing === "never") return "it was never audited";
	return o.isOverdue ? `its last audit was${age}, longer ago than audits are meant to be apart` : null;
}

export function daysBetween(from: Date, to: Date): number {
	return Math.max(0, Math.floor((to.getTime() - from.getTime()) / dayMs));
}

export function daysWords(days: number): string {
	if (days === 0) return "today";
	return days === 1 ? "a day ago" : `${days} days ago`;
}

function addDays(at: Date, days: number): Date {
	return new Date(at.getTime() + days * dayMs);
}
