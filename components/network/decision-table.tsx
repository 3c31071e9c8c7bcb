"use client";
import { useState } from "react";
import { matchingEntry, parseDomain } from "@/lib/domain/egress-policy.ts";
import { cn } from "../cn.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { Input } from "../ui/field";
import { type DevboxNetworkResponse, verdictWords, whyWords } from "./network-words.ts";

type Decision = DevboxNetworkResponse["decisions"][number];
type DecisionTableProps = {
	decisions: readonly Decision[];
	listed: readonly string[];
	/** Null: the box has no list of its own to add to. */
	onAllow: ((name: string) => void) | null;
	isBusy: boolean;
};

/** What the filter decided, counted, the latest first. */
export function DecisionTable({ decisions, listed, onAllow, isBusy }: DecisionTableProps) {
	const [filter, setFilter] = useState("");
	const shown = decisions.filter((one) =>
		`${one.name} ${one.verdict} ${one.protocol}`.includes(filter.trim().toLowerCase()),
	);
	const canAllow = ({ name, verdict }: Decision) =>
		verdict !== "allowed" && "domain" in parseDomain(name) && matchingEntry(listed, name) === null;
	return (
		<div className="flex flex-col gap-2">
			<Input
				aria-label="Filter decisions"
				placeholder="Filter by name or verdict"
				className="max-w-72"
				value={filter}
				onChange={(event) => setFilter(event.target.value)}
			/>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls must be reachable by keyboard */}
			<section className="overflow-x-auto rounded-lg border bg-surface" tabIndex={0} aria-label="Decisions">
				<table className="w-full text-left text-sm">
					<thead className="border-b text-ink-soft text-xs">
						<tr>
							{["Name", "Verdict", "Rule", "Count", "First", "Last"].map((title) => (
								<th key={title} scope="col" className="whitespace-nowrap px-3 py-2 font-medium">
									{title}
								</th>
							))}
							<td />
						</tr>
					</thead>
					<tbody className="divide-y divide-line">
						{shown.map((one) => (
							<tr key={[one.protocol, one.name, one.port, one.verdict, one.why, one.rule].join(" ")}>
								<td className="min-w-36 max-w-72 break-words px-3 py-1.5 font-mono text-xs">
									{one.name}
									<span className="text-ink-faint"> {one.protocol === "dns" ? "dns" : `:${one.port}`}</span>
								</td>
								<td
									className={cn(
										"px-3 py-1.5",
										one.verdict === "blocked" ? "text-bad" : one.verdict === "allowed" ? "text-good" : "text-ink-soft",
									)}
								>
									{verdictWords[one.verdict]}
								</td>
								<td className="px-3 py-1.5 text-ink-soft text-xs">{whyWords[one.why] ?? one.rule}</td>
								<td className="px-3 py-1.5 tabular-nums">{one.count}</td>
								<td className="whitespace-nowrap px-3 py-1.5 text-ink-soft">
									<RelativeTime at={one.first_at} style="age" />
								</td>
								<td className="whitespace-nowrap px-3 py-1.5 text-ink-soft">
									<RelativeTime at={one.last_at} style="age" />
								</td>
								<td className="px-2 py-1 text-right">
									{onAllow && canAllow(one) && (
										<Button
											size="sm"
											isBusy={isBusy}
											onClick={() => onAllow(one.name)}
											aria-label={`Allow ${one.name}`}
										>
											Allow
										</Button>
									)}
								</td>
							</tr>
						))}
					</tbody>
				</table>
				{shown.length === 0 && <p className="px-3 py-4 text-ink-faint text-sm">No decision matches.</p>}
			</section>
		</div>
	);
}
