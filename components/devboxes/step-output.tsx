"use client";
import { ArrowDown, Download, Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { counted } from "@/lib/domain/counted.ts";
import { plainText } from "../text/ansi.ts";
import { AnsiText } from "../text/ansi-text";
import { saveText } from "../text/save-text.ts";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy-button";
import { Input } from "../ui/field";

type StepOutputProps = { headline: string; output: string; step: string; isFailed: boolean };

/** Within this of its end, pixels, the output follows what comes. */
const followSlackPx = 24;

/** A step's output: it follows what comes until one scrolls up, and shows what is searched for alone. */
export function StepOutput({ headline, output, step, isFailed }: StepOutputProps) {
	const scroller = useRef<HTMLElement>(null);
	const [isFollowing, setFollowing] = useState(true);
	const [search, setSearch] = useState<string | null>(null);
	const shown = search ? matchingLines(output, search) : output;
	useEffect(() => {
		const element = scroller.current;
		if (element && isFollowing && shown !== "") element.scrollTop = element.scrollHeight;
	}, [shown, isFollowing]);
	return (
		<div className="border-t bg-sunken">
			{headline && (
				<p className={`break-words px-3.5 pt-2.5 text-sm ${isFailed ? "text-bad" : "text-ink-soft"}`}>
					<AnsiText text={headline} />
				</p>
			)}
			{output.trim() === "" ? (
				<div className="h-2.5" />
			) : (
				<>
					<div className="flex items-center justify-end gap-0.5 px-2.5 pt-1">
						{search !== null && <SearchField text={search} output={output} onChange={setSearch} />}
						{!isFollowing && (
							<Button look="quiet" size="iconSm" aria-label="Follow the output" onClick={() => setFollowing(true)}>
								<ArrowDown />
							</Button>
						)}
						<Button
							look="quiet"
							size="iconSm"
							aria-label={search === null ? "Search the output" : "End the search"}
							aria-expanded={search !== null}
							onClick={() => setSearch(search === null ? "" : null)}
						>
							<Search />
						</Button>
						<CopyButton text={plainText(output)} label="Copy the output" />
						<Button
							look="quiet"
							size="iconSm"
							aria-label="Download the output"
							onClick={() => saveText(`${step}.log`, `${headline}\n${output}`)}
						>
							<Download />
						</Button>
					</div>
					<section
						ref={scroller}
						// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
						tabIndex={0}
						aria-label="Output"
						className="scroll-quiet max-h-80 overflow-auto px-3.5 pb-2.5 -outline-offset-2"
						onScroll={(event) => {
							const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
							setFollowing(scrollTop + clientHeight >= scrollHeight - followSlackPx);
						}}
					>
						<pre className="whitespace-pre-wrap break-words text-ink-soft text-xs leading-5">
							<AnsiText text={shown} />
						</pre>
					</section>
				</>
			)}
		</div>
	);
}

type SearchFieldProps = { text: string; output: string; onChange: (text: string | null) => void };

function SearchField({ text, output, onChange }: SearchFieldProps) {
	const count = text === "" ? null : matchingLines(output, text).split("\n").filter(Boolean).length;
	return (
		<div className="mr-auto flex min-w-0 items-center gap-2">
			<Input
				autoFocus
				aria-label="Search for"
				className="h-7 w-44 text-sm"
				placeholder="Lines that have …"
				value={text}
				onChange={(event) => onChange(event.target.value)}
				onKeyDown={(event) => event.key === "Escape" && onChange(null)}
			/>
			<span role="status" className="truncate text-ink-faint text-xs nums">
				{count !== null && counted(count, "line")}
			</span>
		</div>
	);
}

function matchingLines(output: string, search: string): string {
	const wanted = search.toLowerCase();
	return output
		.split("\n")
		.filter((line) => plainText(line).toLowerCase().includes(wanted))
		.join("\n");
}
