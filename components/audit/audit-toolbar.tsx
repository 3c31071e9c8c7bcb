"use client";
import { ListFilter, Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { auditActions, auditOutcomes } from "@/lib/domain/audit.ts";
import { Button } from "../ui/button";
import { Input, Select } from "../ui/field";
import { MenuButton } from "../ui/menu-button";
import type { MenuEntry } from "../ui/menu-entries.ts";
import {
	type AuditView,
	type FilterName,
	filterLabels,
	filterNames,
	type TimeSpan,
	timeSpans,
} from "./audit-filters.ts";
import { actionLabel, outcomeViews } from "./audit-words.ts";

type AuditToolbarProps = { view: AuditView; onChange: (change: Partial<AuditView>) => void };

/** Search, the actions, the filter menu, and what is filtered by as chips. */
export function AuditToolbar({ view, onChange }: AuditToolbarProps) {
	return (
		<div className="flex flex-wrap items-center gap-2 pb-3">
			<SearchField value={view.q} onChange={(q) => onChange({ q })} />
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
					<button
						key={name}
						type="button"
						onClick={() => onChange({ [name]: "" })}
						aria-label={`Remove the filter ${filterLabels[name]} ${chipText(name, view[name])}`}
						className="flex h-7 min-w-0 max-w-full items-center gap-1.5 rounded-full border border-line-strong/70 bg-surface pr-2 pl-2.5 text-xs hover:bg-hover"
					>
						<span className="text-ink-faint">{filterLabels[name]}</span>
						<span className="truncate">{chipText(name, view[name])}</span>
						<X className="size-3 shrink-0 text-ink-faint" aria-hidden />
					</button>
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

const settleMs = 250;

/** The address, and with it the question to the server, follows when the typing pauses. */
function SearchField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
	const [field, setField] = useState({ draft: value, seen: value, sent: value });
	if (field.seen !== value)
		setField({ ...field, seen: value, ...(value === field.sent ? {} : { draft: value, sent: value }) });
	const latest = useRef(onChange);
	useEffect(() => {
		latest.current = onChange;
	});
	const { draft, sent } = field;
	useEffect(() => {
		const text = draft.trim();
		if (text === sent) return;
		const timer = setTimeout(() => {
			setField((before) => ({ ...before, sent: text }));
			latest.current(text);
		}, settleMs);
		return () => clearTimeout(timer);
	}, [draft, sent]);
	return (
		<div className="relative min-w-40 max-w-72 flex-1">
			<Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-faint" aria-hidden />
			<Input
				type="search"
				aria-label="Search the audit log"
				placeholder="Login, name, id, address…"
				className="pl-8 text-sm"
				value={draft}
				maxLength={200}
				onChange={(event) => setField((before) => ({ ...before, draft: event.target.value }))}
			/>
		</div>
	);
}
