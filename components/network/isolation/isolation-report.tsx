"use client";
import { useQuery } from "@tanstack/react-query";
import type { IsolationReportResponse } from "@/lib/contract/isolation.ts";
import { isolationPromises } from "@/lib/domain/isolation.ts";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { isolationQueries } from "./isolation-queries.ts";

type Attempt = IsolationReportResponse["attempts"][number];

/** Every attempt by its promise, failures first and open; and the whole to keep. */
export function IsolationReportView({ id }: { id: string }) {
	const { data: report, error, refetch } = useQuery(isolationQueries.report(id));
	if (error) return <ErrorNote title="The report could not be read" error={error} onRetry={() => void refetch()} />;
	if (!report) return <Skeleton className="mt-3 h-40 w-full" />;
	const promises = Object.entries(isolationPromises)
		.map(([promise, words]) => ({ words, attempts: report.attempts.filter((attempt) => attempt.promise === promise) }))
		.filter(({ attempts }) => attempts.length > 0);
	return (
		<div className="mt-3 flex flex-col gap-4">
			<p className="text-ink-faint text-xs">
				{report.engine} · version {report.product_version}
			</p>
			<div className="flex flex-wrap gap-2">
				<Button size="sm" onClick={() => save(`${report.id}.json`, JSON.stringify(report, null, "\t"))}>
					Download JSON
				</Button>
				<Button size="sm" onClick={() => save(`${report.id}.md`, report.markdown)}>
					Download Markdown
				</Button>
			</div>
			{promises.map(({ words, attempts }) => (
				<section key={words} className="flex flex-col gap-1">
					<h3 className="font-medium text-sm">{words}</h3>
					{attempts
						.toSorted((a, b) => Number(b.result === "failed") - Number(a.result === "failed"))
						.map((attempt) => (
							<AttemptRow key={`${attempt.id} ${attempt.mode} ${attempt.user}`} attempt={attempt} />
						))}
				</section>
			))}
		</div>
	);
}

function AttemptRow({ attempt }: { attempt: Attempt }) {
	const isFailed = attempt.result === "failed";
	return (
		<details open={isFailed} className="rounded-md border px-3 py-1.5 text-xs">
			<summary className="cursor-pointer">
				<span className={isFailed ? "font-medium text-bad" : "text-good"}>{isFailed ? "Failed" : "Passed"}</span>{" "}
				<span className="font-mono">{attempt.id}</span>{" "}
				<span className="text-ink-faint">
					{attempt.mode}, as {attempt.user}, {attempt.duration_ms} ms
				</span>
			</summary>
			{attempt.note && <p className="mt-1 text-bad">{attempt.note}</p>}
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

function save(name: string, text: string): void {
	const url = URL.createObjectURL(new Blob([text]));
	const link = Object.assign(document.createElement("a"), { href: url, download: name });
	link.click();
	URL.revokeObjectURL(url);
}
