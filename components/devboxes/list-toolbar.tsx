"use client";
import { ListFilter } from "lucide-react";
import type { RefObject } from "react";
import { Button } from "../ui/button";
import { FilterChip } from "../ui/filter-chip";
import { Kbd } from "../ui/kbd";
import { MenuButton } from "../ui/menu-button";
import type { MenuEntry } from "../ui/menu-entries.ts";
import { SearchField } from "../ui/search-field";
import { statusKinds } from "./devbox-status.ts";
import type { ListFilters } from "./list-filters.ts";
import type { ListedDevbox } from "./listed-devbox.ts";

type ListToolbarProps = {
	boxes: readonly ListedDevbox[];
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
			<SearchField
				label="Search devboxes"
				placeholder="Search"
				value={filters.text}
				onChange={(text) => onChange({ ...filters, text })}
				settleMs={settleMs}
				inputRef={searchRef}
				mark={<Kbd>/</Kbd>}
			/>
			<FilterMenu boxes={boxes} filters={filters} onToggle={toggle} />
			{names.flatMap((name) =>
				filters[name].map((value) => (
					<FilterChip
						key={`${name}:${value}`}
						label={chipLabels[name]}
						value={name === "states" ? capitalized(value) : value}
						onRemove={() => toggle(name, value)}
					/>
				)),
			)}
		</div>
	);
}

type FilterMenuProps = {
	boxes: readonly ListedDevbox[];
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
