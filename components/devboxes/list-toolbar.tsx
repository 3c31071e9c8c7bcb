"use client";
import { ListFilter, Search, X } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { Button } from "../ui/button";
import { Input } from "../ui/field";
import { Kbd } from "../ui/kbd";
import { MenuButton } from "../ui/menu-button";
import type { MenuEntry } from "../ui/menu-entries.ts";
import { statusKinds } from "./devbox-status.ts";
import type { ListFilters } from "./list-filters.ts";

type ListToolbarProps = {
	boxes: readonly DevboxResponse[];
	filters: ListFilters;
	onChange: (filters: ListFilters) => void;
	searchRef: RefObject<HTMLInputElement | null>;
};

/** The list follows the typing after this pause, ms. */
const settleMs = 80;

type FilterName = "states" | "owners" | "hosts";
const chipLabels: Record<FilterName, string> = { states: "State", owners: "Owner", hosts: "Host" };

/** Search, the filter menu, and what is filtered by as chips. */
export function ListToolbar({ boxes, filters, onChange, searchRef }: ListToolbarProps) {
	const toggle = (name: FilterName, value: string) => {
		const values = filters[name];
		onChange({
			...filters,
			[name]: values.includes(value) ? values.filter((other) => other !== value) : [...values, value],
		});
	};
	const names = ["states", "owners", "hosts"] as const;
	return (
		<div className="flex flex-wrap items-center gap-2 pb-3">
			<SearchField value={filters.text} onChange={(text) => onChange({ ...filters, text })} inputRef={searchRef} />
			<FilterMenu boxes={boxes} filters={filters} onToggle={toggle} />
			{names.flatMap((name) =>
				filters[name].map((value) => (
					<button
						key={`${name}:${value}`}
						type="button"
						onClick={() => toggle(name, value)}
						aria-label={`Remove the filter ${chipLabels[name]} ${value}`}
						className="flex h-7 items-center gap-1.5 rounded-full border border-line-strong/70 bg-surface pr-2 pl-2.5 text-xs hover:bg-hover"
					>
						<span className="text-ink-faint">{chipLabels[name]}</span>
						<span>{name === "states" ? capitalized(value) : value}</span>
						<X className="size-3 text-ink-faint" aria-hidden />
					</button>
				)),
			)}
		</div>
	);
}

type SearchFieldProps = {
	value: string;
	onChange: (text: string) => void;
	inputRef: RefObject<HTMLInputElement | null>;
};

/** What is typed is kept here: the address follows a moment later, and a field that waited for it would lose keystrokes. */
function SearchField({ value, onChange, inputRef }: SearchFieldProps) {
	const [field, setField] = useState({ draft: value, seen: value, sent: value });
	// Our own words come back late; others (Back, a cleared filter) take the field over.
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
	const type = (text: string) => setField((before) => ({ ...before, draft: text }));
	return (
		<div className="relative min-w-40 max-w-72 flex-1">
			<Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-faint" aria-hidden />
			<Input
				ref={inputRef}
				type="search"
				aria-label="Search devboxes"
				placeholder="Search"
				className="pr-8 pl-8 text-sm [&::-webkit-search-cancel-button]:hidden"
				value={draft}
				onChange={(event) => type(event.target.value)}
				onKeyDown={(event) => {
					if (event.key !== "Escape") return;
					type("");
					event.currentTarget.blur();
				}}
			/>
			<span className="pointer-events-none absolute inset-y-0 right-2 flex items-center pointer-coarse:hidden">
				<Kbd>/</Kbd>
			</span>
		</div>
	);
}

type FilterMenuProps = {
	boxes: readonly DevboxResponse[];
	filters: ListFilters;
	onToggle: (name: FilterName, value: string) => void;
};

function FilterMenu({ boxes, filters, onToggle }: FilterMenuProps) {
	const distinct = (values: string[]) => [...new Set(values)].sort();
	const groups: { name: FilterName; values: readonly string[] }[] = [
		{ name: "states", values: statusKinds },
		{ name: "owners", values: distinct(boxes.map((box) => box.owner.login)) },
		{ name: "hosts", values: distinct(boxes.map((box) => box.host?.name ?? "none")) },
	];
	const entries = groups
		// One owner or one host tells nothing apart.
		.filter((group) => group.name === "states" || group.values.length > 1)
		.flatMap((group): MenuEntry[] => [
			{ kind: "label", label: chipLabels[group.name] },
			...group.values.map(
				(value): MenuEntry => ({
					kind: "check",
					label: group.name === "states" ? capitalized(value) : value,
					isChecked: filters[group.name].includes(value),
					onChange: () => onToggle(group.name, value),
				}),
			),
		]);
	return (
		<MenuButton entries={entries} align="start">
			<Button>
				<ListFilter /> Filter
			</Button>
		</MenuButton>
	);
}

function capitalized(word: string): string {
	return word.charAt(0).toUpperCase() + word.slice(1);
}
