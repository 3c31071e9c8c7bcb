"use client";
import { ListFilter } from "lucide-react";
import { auditActions, auditOutcomes } from "@/lib/domain/audit.ts";
import { Button } from "../ui/button";
import { Select } from "../ui/field";
import { FilterChip } from "../ui/filter-chip";
import { MenuButton } from "../ui/menu-button";
import type { MenuEntry } from "../ui/menu-entries.ts";
import { SearchField } from "../ui/search-field";
import {
	type AuditView,
	type FilterName,
	filterLabels,
	filterNames,
	type TimeSpan,
	timeSpans,
} from "./audit-filters.ts";
import { actionLabel, outcomeViews } from "./audit-words.ts";

/** Each question goes to the server: it is asked when the typing pauses, ms. */
const settleMs = 250;

type AuditToolbarProps = { view: AuditView; onChange: (change: Partial<AuditView>) => void };

/** Search, the actions, the filter menu, and what is filtered by as chips. */
export function AuditToolbar({ view, onChange }: AuditToolbarProps) {
	return (
		<div className="flex flex-wrap items-center gap-2 pb-3">
			<SearchField
				label="Search the audit log"
				placeholder="Login, name, id, address…"
				value={view.q}
				onChange={(q) => onChange({ q })}
				settleMs={settleMs}
			/>
			<Select
				aria-label="Action"
				className="min-w-0 max-w-48 text-sm"
				value={view.action}
				onChange={(event) => onChange({ action: event.target.value as AuditView["action"] })}
			>
				<option value="">All actions</option>
				{Object.entries(auditActions).map(([action, label]) => (
					<option key={action} value={action}>
						{label}
					</option>
				))}
			</Select>
			<MenuButton entries={filterEntries(view, onChange)} align="start">
				<Button>
					<ListFilter /> Filter
				</Button>
			</MenuButton>
			{filterNames
				.filter((name) => view[name])
				.map((name) => (
					<FilterChip
						key={name}
						label={filterLabels[name]}
						value={chipText(name, view[name])}
						onRemove={() => onChange({ [name]: "" })}
					/>
				))}
		</div>
	);
}

function chipText(name: FilterName, value: string): string {
	if (name === "action") return actionLabel(value);
	if (name === "span") return timeSpans[value as TimeSpan];
	if (name === "outcome") return outcomeViews[value as keyof typeof outcomeViews].label;
	return value;
}

function filterEntries(view: AuditView, onChange: AuditToolbarProps["onChange"]): MenuEntry[] {
	const check = (name: FilterName, value: string, label: string): MenuEntry => ({
		kind: "check",
		label,
		isChecked: view[name] === value,
		onChange: () => onChange({ [name]: view[name] === value ? "" : value }),
	});
	return [
		{ kind: "label", label: "Outcome" },
		...auditOutcomes.map((outcome) => check("outcome", outcome, outcomeViews[outcome].label)),
		{ kind: "label", label: "Time" },
		...Object.entries(timeSpans).map(([span, label]) => check("span", span, label)),
	];
}
