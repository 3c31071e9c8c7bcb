"use client";
import type { ISearchOptions, SearchAddon } from "@xterm/addon-search";
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../ui/button";
import { Input } from "../ui/field";

const options: ISearchOptions = {
	decorations: {
		matchBackground: "#8a6d1f",
		matchOverviewRuler: "#c9a227",
		activeMatchBackground: "#d97706",
		activeMatchColorOverviewRuler: "#f59e0b",
	},
};

type SearchBarProps = { search: SearchAddon; makeHistoryWhole: () => Promise<void>; onClose: () => void };

/** Search in the terminal's history. */
export function SearchBar({ search, makeHistoryWhole, onClose }: SearchBarProps) {
	const [text, setText] = useState("");
	const [result, setResult] = useState<{ resultIndex: number; resultCount: number } | null>(null);
	useEffect(() => {
		const subscription = search.onDidChangeResults(setResult);
		return () => {
			subscription.dispose();
			search.clearDecorations();
		};
	}, [search]);
	const latestText = useRef(text);
	useEffect(() => {
		latestText.current = text;
	}, [text]);
	useEffect(() => {
		let isClosed = false;
		// What was typed meanwhile was looked for in less than all.
		void makeHistoryWhole().then(() => {
			if (!isClosed && latestText.current) search.findPrevious(latestText.current, { ...options, incremental: true });
		});
		return () => {
			isClosed = true;
		};
	}, [search, makeHistoryWhole]);
	const previous = () => search.findPrevious(text, options);
	const next = () => search.findNext(text, options);
	return (
		<search className="absolute top-2 right-4 z-10 flex animate-rise items-center gap-1 rounded-lg border bg-raised p-1 shadow-pop">
			<div className="w-48">
				<Input
					autoFocus
					aria-label="Search in the terminal"
					placeholder="Search"
					className="border-transparent bg-transparent text-sm"
					value={text}
					onChange={(event) => {
						setText(event.target.value);
						search.findPrevious(event.target.value, { ...options, incremental: true });
					}}
					onKeyDown={(event) => {
						if (event.key === "Escape") onClose();
						if (event.key !== "Enter") return;
						if (event.shiftKey) next();
						else previous();
					}}
				/>
			</div>
			<span className="min-w-12 text-center text-ink-faint text-xs nums" role="status">
				{text && result ? (result.resultCount > 0 ? `${result.resultIndex + 1}/${result.resultCount}` : "none") : ""}
			</span>
			<Button look="quiet" size="iconSm" aria-label="Earlier match" onClick={previous}>
				<ChevronUp />
			</Button>
			<Button look="quiet" size="iconSm" aria-label="Later match" onClick={next}>
				<ChevronDown />
			</Button>
			<Button look="quiet" size="iconSm" aria-label="Close the search" onClick={onClose}>
				<X />
			</Button>
		</search>
	);
}
