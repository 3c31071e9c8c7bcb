"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { IsolationEvidence } from "@/lib/contract/isolation-evidence.ts";
import { Section } from "../../layout/section";
import { useSearchParamsState } from "../../layout/use-search-params-state.ts";
import { Button, buttonStyle } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Field, Input } from "../../ui/field";
import { Skeleton } from "../../ui/skeleton";
import { EvidenceDevboxes } from "./evidence-devboxes";
import { EvidenceHosts } from "./evidence-hosts";
import { EvidencePolicies } from "./evidence-policies";
import { evidenceQuery } from "./evidence-queries.ts";
import { EvidenceSummary } from "./evidence-summary";

/** Boxes, policies and isolation reports together, for whoever has to show them. `?date=` in the address is a past day. */
export function EvidenceSection() {
	const [params, changeParams] = useSearchParamsState();
	const date = readDate(params.get("date"));
	const at = date && endOf(date);
	const evidence = useInfiniteQuery(evidenceQuery(at));
	const head = evidence.data?.pages[0];
	return (
		<div className="flex max-w-4xl flex-col gap-8">
			<Section
				title="Isolation evidence"
				text="The devboxes of this workspace, where each may go, and what an audit of its host said: together, dated, to read and to keep."
			>
				<div className="flex flex-wrap items-end gap-3">
					<Field id="evidence-date" label="As of the end of">
						<Input
							id="evidence-date"
							type="date"
							className="max-w-40"
							max={dayOf(new Date())}
							value={date ?? ""}
							onChange={({ target }) =>
								changeParams((current) => {
									if (readDate(target.value)) current.set("date", target.value);
									else current.delete("date");
								})
							}
						/>
					</Field>
					<Button
						onClick={() => changeParams((current) => current.delete("date"))}
						disabled={date === null}
						aria-pressed={date === null}
					>
						Now
					</Button>
					<span className="flex flex-wrap gap-2 sm:ml-auto">
						{exports.map(({ format, label }) => (
							<a key={format} className={buttonStyle()} href={exportHref(at, format)} download>
								{label}
							</a>
						))}
					</span>
				</div>
				<p className="mt-2 text-ink-faint text-xs">
					An export has every devbox, and stands in the audit log with who took it.
				</p>
			</Section>
			{evidence.error && !head && (
				<ErrorNote
					title="The evidence could not be read"
					error={evidence.error}
					onRetry={() => void evidence.refetch()}
				/>
			)}
			{!evidence.error && !head && <Skeleton className="h-96 w-full rounded-lg" />}
			{head && <Evidence head={head} evidence={evidence} />}
		</div>
	);
}

type Pages = {
	data?: { pages: IsolationEvidence[] } | undefined;
	hasNextPage: boolean;
	isFetchingNextPage: boolean;
	isFetchNextPageError: boolean;
	error: unknown;
	fetchNextPage: () => unknown;
};

function Evidence({ head, evidence }: { head: IsolationEvidence; evidence: Pages }) {
	return (
		<>
			<EvidenceSummary evidence={head} />
			<Section title="Hosts" text="Their last audit, where devboxes of this workspace are.">
				<EvidenceHosts evidence={head} />
			</Section>
			<Section title="Policies" text="What devboxes may reach, and whom they may show themselves to.">
				<EvidencePolicies evidence={head} />
			</Section>
			<Section title={`Devboxes (${head.devbox_count})`} text="Oldest first.">
				<EvidenceDevboxes
					devboxes={evidence.data?.pages.flatMap(({ devboxes }) => devboxes) ?? []}
					isNow={head.is_now}
				/>
				{evidence.isFetchNextPageError && (
					<ErrorNote className="mt-3" title="More devboxes could not be read" error={evidence.error} />
				)}
				{evidence.hasNextPage && (
					<Button
						className="mt-3"
						size="sm"
						isBusy={evidence.isFetchingNextPage}
						onClick={() => evidence.fetchNextPage()}
					>
						Show more
					</Button>
				)}
			</Section>
		</>
	);
}

const exports = [
	{ format: "json", label: "Export JSON" },
	{ format: "markdown", label: "Export Markdown" },
] as const;

function exportHref(at: string | null, format: string): string {
	return `/api/v1/isolation-evidence/export?${new URLSearchParams({ format, ...(at ? { at } : {}) })}`;
}

/** A past day as a date field writes it. */
function readDate(text: string | null): string | null {
	return text && /^\d{4}-\d\d-\d\d$/.test(text) && text < dayOf(new Date()) ? text : null;
}

/** Here, where the viewer is. */
function dayOf(at: Date): string {
	const two = (n: number) => String(n).padStart(2, "0");
	return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function endOf(day: string): string {
	const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
	return new Date(year, month - 1, date, 23, 59, 59, 999).toISOString();
}
