/** What the audit page shows, as it stands in the address; the API's own words for the same. */
import type { AuditFilters } from "@/lib/contract/audit.ts";
import { auditActions, auditOutcomes } from "@/lib/domain/audit.ts";

export const timeSpans = { hour: "Last hour", day: "Last day", week: "Last 7 days", month: "Last 30 days" } as const;
export type TimeSpan = keyof typeof timeSpans;

const spanMs: Record<TimeSpan, number> = {
	hour: 3_600_000,
	day: 86_400_000,
	week: 7 * 86_400_000,
	month: 30 * 86_400_000,
};

export const filterNames = ["action", "actor", "target", "outcome", "span"] as const;
export type FilterName = (typeof filterNames)[number];
export const filterLabels: Record<FilterName, string> = {
	action: "Action",
	actor: "Actor",
	target: "Target",
	outcome: "Outcome",
	span: "Time",
};

export type AuditView = { q: string } & Record<FilterName, string>;

/** A value that is none of the known ones is no filter. */
export function readAuditView(params: URLSearchParams): AuditView {
	const of = (name: string, known?: readonly string[]) => {
		const value = params.get(name) ?? "";
		return known && !known.includes(value) ? "" : value.slice(0, 200);
	};
	return {
		q: of("q"),
		action: of("action", Object.keys(auditActions)),
		actor: of("actor"),
		target: of("target"),
		outcome: of("outcome", auditOutcomes),
		span: of("span", Object.keys(timeSpans)),
	};
}

export function writeAuditView(params: URLSearchParams, view: Partial<AuditView>): void {
	for (const [name, value] of Object.entries(view)) {
		if (value) params.set(name, value);
		else params.delete(name);
	}
}

export function hasAuditFilters(view: AuditView): boolean {
	return Object.values(view).some(Boolean);
}

/** To a whole minute, so that the same view asks the same question. */
export function toAuditQuery({ span, ...view }: AuditView, nowMs: number): Partial<AuditFilters> {
	const given = Object.fromEntries(Object.entries(view).filter(([, value]) => value)) as Partial<AuditFilters>;
	if (!span) return given;
	const minute = Math.floor(nowMs / 60_000) * 60_000;
	return { ...given, since: new Date(minute - spanMs[span as TimeSpan]).toISOString() };
}

export function auditExportUrl(query: Partial<AuditFilters>): string {
	const text = new URLSearchParams(query as Record<string, string>).toString();
	return `/api/v1/audit-events/export${text ? `?${text}` : ""}`;
}
