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
	latest: { status: IsolationStatus; finishedAt: Date; failed: number } | null;
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

export type HostStanding = {
	standing: IsolationStanding;
	isOverdue: boolean;
	/** Never audited, and its first audit by time is not missing yet: that is no problem. */
	isNew: boolean;
	nextAt: Date | null;
	/** Of the last audit. */
	ageDays: number | null;
	/** What is wrong with it, for a sentence after the host's name; null: nothing is. */
	problem: string | null;
};

export function isolationStanding(audits: HostAudits, now: Date): HostStanding {
	const { latest } = audits;
	const status = latest?.status;
	const standing = status === "passed" || status === "failed" || status === "error" ? status : "never";
	const nextAt = nextAuditAt(audits);
	const isOverdue = nextAt !== null && addDays(nextAt, overdueDays) < now;
	// Where no audit goes by time none is to come either.
	const isNew = standing === "never" && nextAt !== null && !isOverdue;
	const ageDays = latest && daysBetween(latest.finishedAt, now);
	const problem = isNew ? null : problemOf({ standing, isOverdue, failed: latest?.failed ?? 0, ageDays });
	return { standing, isOverdue, isNew, nextAt, ageDays, problem };
}

type Outcome = Pick<HostStanding, "standing" | "isOverdue" | "ageDays"> & { failed: number };

function problemOf({ standing, isOverdue, failed, ageDays }: Outcome): string | null {
	const age = ageDays === null ? "" : ` ${daysWords(ageDays)}`;
	if (standing === "failed")
		return `its last audit failed${age}: ${failed === 1 ? "1 attempt was" : `${failed} attempts were`} not as promised`;
	if (standing === "error") return `its last audit ended without a result${age}`;
	if (standing === "never") return "it was never audited";
	return isOverdue ? `its last audit was${age}, longer ago than audits are meant to be apart` : null;
}

/** Of hosts that have no problem. `newHosts`: those among them that no audit has looked at yet. */
export function inOrderWords(newHosts: readonly string[]): string {
	if (newHosts.length === 0) return "Every host passed its last audit, and none is overdue.";
	return `No audit failed, and none is overdue. New and not audited yet: ${newHosts.join(", ")}.`;
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
