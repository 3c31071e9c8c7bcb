"use client";
import type { ReactNode } from "react";
import { cn } from "../cn.ts";
import { RelativeTime } from "../text/relative-time";
import { type NetworkDecision, verdictWords, whyWords } from "./network-words.ts";

type DecisionTableProps<Decision extends NetworkDecision> = {
	decisions: readonly Decision[];
	/** Columns before the others. */
	lead?: { title: string; cell: (decision: Decision) => ReactNode; key: (decision: Decision) => string };
	/** What can be done about a row. */
	actions: (decision: Decision) => ReactNode;
};

/** What a filter decided, counted, the latest first. */
export function DecisionTable<Decision extends NetworkDecision>(props: DecisionTableProps<Decision>) {
	const { decisions, lead, actions } = props;
	const titles = ["Verdict", "Rule", "Count", "First", "Last"];
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls must be reachable by keyboard
		<section className="overflow-x-auto rounded-lg border bg-surface" tabIndex={0} aria-label="Table of decisions">
			<table className="w-full text-left text-sm">
				<thead className="border-b text-ink-soft text-xs">
					<tr>
						{lead && <Title className="max-sm:hidden">{lead.title}</Title>}
						<Title>Name</Title>
						{titles.map((title) => (
							<Title key={title}>{title}</Title>
						))}
						<td />
					</tr>
				</thead>
				<tbody className="divide-y divide-line">
					{decisions.map((one) => (
						<tr key={[lead?.key(one), one.protocol, one.name, one.port, one.verdict, one.why, one.rule].join(" ")}>
							{lead && <td className="px-3 py-1.5 max-sm:hidden">{lead.cell(one)}</td>}
							<DecisionCells decision={one} narrowLead={lead?.cell(one)} />
							<td className="px-2 py-1 text-right">{actions(one)}</td>
						</tr>
					))}
				</tbody>
			</table>
			{decisions.length === 0 && (
				<p className="px-3 py-4 text-ink-faint text-sm">No decision matches. Change the filter, or clear it.</p>
			)}
		</section>
	);
}

const verdictLooks = { blocked: "text-bad", allowed: "text-good", observed: "text-ink-soft" } as const;

function Title({ className, children }: { className?: string; children: string }) {
	return (
		<th scope="col" className={cn("whitespace-nowrap px-3 py-2 font-medium", className)}>
			{children}
		</th>
	);
}

/** `narrowLead`: what stands above the name where there is no room for a column of it. */
function DecisionCells({ decision: one, narrowLead }: { decision: NetworkDecision; narrowLead: ReactNode }) {
	return (
		<>
			<td className="min-w-36 max-w-72 break-words px-3 py-1.5 text-xs">
				{narrowLead && <div className="mb-1 sm:hidden">{narrowLead}</div>}
				<span className="font-mono">
					{one.name}
					<span className="text-ink-faint"> {one.protocol === "dns" ? "dns" : `:${one.port}`}</span>
				</span>
			</td>
			<td className={cn("px-3 py-1.5", verdictLooks[one.verdict])}>{verdictWords[one.verdict]}</td>
			<td className="px-3 py-1.5 text-ink-soft text-xs">{whyWords[one.why] ?? one.rule}</td>
			<td className="px-3 py-1.5 tabular-nums">{one.count}</td>
			<td className="whitespace-nowrap px-3 py-1.5 text-ink-soft">
				<RelativeTime at={one.first_at} style="age" />
			</td>
			<td className="whitespace-nowrap px-3 py-1.5 text-ink-soft">
				<RelativeTime at={one.last_at} style="age" />
			</td>
		</>
	);
}
