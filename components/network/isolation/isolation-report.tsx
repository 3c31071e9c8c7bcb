"use client";
import { useQuery } from "@tanstack/react-query";
import type { IsolationReportResponse } from "@/lib/contract/isolation.ts";
import { isolationPromises } from "@/lib/domain/isolation.ts";
import { saveText } from "../../text/save-text.ts";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { isolationQueries } from "./isolation-queries.ts";

type Attempt = IsolationReportResponse["attempts"][number];

/** What was not as promised first and open; then every promise with its attempts; and the whole to keep. */
export function IsolationReportView({ id }: { id: string }) {
	const { data: report, error, refetch } = useQuery(isolationQueries.report(id));
	if (error && !report)
		return <ErrorNote title="The report could not be read" error={error} onRetry={() => void refetch()} />;
	if (!report) return <Skeleton className="mt-3 h-40 w-full" />;
	const failed = report.attempts.filter(({ result }) => result === "failed");
	const promises = Object.entries(isolationPromises)
		.map(([promise, words]) => ({ words, attempts: report.attempts.filter((attempt) => attempt.promise === promise) }))
		.filter(({ attempts }) => attempts.length > 0);
	return (
		<div className="mt-3 flex flex-col gap-4">
			<p className="text-ink-faint text-xs">
				{report.engine} · version {report.product_version}
			</p>
			<div className="flex flex-wrap gap-2">
				<Button size="sm" onClick={() => saveText(`${report.id}.json`, JSON.stringify(report, null, "\t"))}>
					Download JSON
				</Button>
				<Button size="sm" onClick={() => saveText(`${report.id}.md`, report.markdown)}>
					Download Markdown
				</Button>
			</div>
			{failed.length > 0 && (
				<section aria-label="Not as promised" className="flex flex-col gap-1">
					<h3 className="font-medium text-bad text-sm">Not as promised</h3>
					{failed.map((attempt) => (
						<AttemptRow key={keyOf(attempt)} attempt={attempt} isOpen />
					))}
				</section>
			)}
			<div className="flex flex-col gap-1">
				{promises.map(({ words, attempts }) => (
					<details key={words} className="rounded-md border">
						<summary className="cursor-pointer px-3 py-2 text-sm">
							<span className="font-medium">{words}</span>{" "}
							<span className="text-ink-faint text-xs">{countWords(attempts)}</span>
						</summary>
						<div className="flex flex-col gap-1 px-2 pb-2">
							{attempts.map((attempt) => (
								<AttemptRow key={keyOf(attempt)} attempt={attempt} />
							))}
						</div>
					</details>
				))}
			</div>
		</div>
	);
}

const keyOf = ({ id, mode, user, promise }: Attempt) => `${promise} ${id} ${mode} ${user}`;

function countWords(attempts: readonly Attempt[]): string {
	const count = (result: Attempt["result"]) => attempts.filter((attempt) => attempt.result === result).length;
	const [failed, untried] = [count("failed"), count("not_applicable")];
	return [`${count("passed")} passed`, failed && `${failed} failed`, untried && `${untried} not tried`]
		.filter(Boolean)
		.join(", ");
}

const results = {
	passed: { label: "Passed", look: "text-good" },
	failed: { label: "Failed", look: "font-medium text-bad" },
	not_applicable: { label: "Not tried", look: "text-warning" },
} as const satisfies Record<Attempt["result"], { label: string; look: string }>;

function AttemptRow({ attempt, isOpen = false }: { attempt: Attempt; isOpen?: boolean }) {
	const { label, look } = results[attempt.result];
	if (attempt.result === "not_applicable")
		return (
			<p className="rounded-md border px-3 py-1.5 text-xs">
				<span className={look}>{label}</span> <span className="break-words font-mono">{attempt.id}</span>{" "}
				<span className="text-ink-soft">{attempt.note}</span>
			</p>
		);
	return (
		<details open={isOpen} className="rounded-md border px-3 py-1.5 text-xs">
			<summary className="cursor-pointer break-words">
				<span className={look}>{label}</span> <span className="font-mono">{attempt.id}</span>{" "}
				<span className="text-ink-faint">
					{attempt.mode}, as {attempt.user}, {attempt.duration_ms} ms
				</span>
			</summary>
			{attempt.note && <p className="mt-1 break-words text-bad">{attempt.note}</p>}
			<Words label="Command" text={attempt.command} />
			<Words label={`Seen (expected: ${attempt.expected})`} text={attempt.seen || "nothing"} />
			{attempt.control && <Words label="Control" text={attempt.control} />}
		</details>
	);
}

function Words({ label, text }: { label: string; text: string }) {
	return (
		<div className="mt-1.5">
			<p className="text-ink-faint">{label}</p>
			<pre className="overflow-x-auto whitespace-pre-wrap break-all font-mono">{text}</pre>
		</div>
	);
}
