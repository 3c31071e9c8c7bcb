"use client";
import { Search } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { cn } from "../cn.ts";
import { Input } from "./field";

type SearchFieldProps = {
	label: string;
	placeholder?: string;
	value: string;
	onChange: (text: string) => void;
	/** What is searched follows the typing after this pause, ms. */
	settleMs: number;
	inputRef?: RefObject<HTMLInputElement | null>;
	/** At its right end, as the key that leads here. */
	mark?: ReactNode;
};

/** What is typed is kept here: the address follows a moment later, and a field that waited for it would lose keystrokes. */
export function SearchField({ label, placeholder, value, onChange, settleMs, inputRef, mark }: SearchFieldProps) {
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
	}, [draft, sent, settleMs]);
	const own = useRef<HTMLInputElement>(null);
	const input = inputRef ?? own;
	// What was typed before the page listened is in the field alone.
	useEffect(() => {
		const typed = input.current?.value;
		if (typed) setField((before) => (before.draft === typed ? before : { ...before, draft: typed }));
	}, [input]);
	const type = (text: string) => setField((before) => ({ ...before, draft: text }));
	return (
		<div className="relative min-w-40 max-w-72 flex-1">
			<Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-faint" aria-hidden />
			<Input
				ref={input}
				type="search"
				aria-label={label}
				placeholder={placeholder}
				maxLength={200}
				className={cn("pl-8 text-sm [&::-webkit-search-cancel-button]:hidden", mark && "pr-8")}
				value={draft}
				onChange={(event) => type(event.target.value)}
				onKeyDown={(event) => {
					if (event.key !== "Escape") return;
					type("");
					event.currentTarget.blur();
				}}
			/>
			{mark && (
				<span className="pointer-events-none absolute inset-y-0 right-2 flex items-center pointer-coarse:hidden">
					{mark}
				</span>
			)}
		</div>
	);
}
