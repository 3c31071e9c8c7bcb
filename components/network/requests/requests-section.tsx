"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { NetworkRequestResponse } from "@/lib/contract/network-requests.ts";
import { Section } from "../../layout/section";
import { RelativeTime } from "../../text/relative-time";
import { Button } from "../../ui/button";
import { ErrorNote, errorText } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { showToast } from "../../ui/toast-store.ts";
import { networkQueries } from "../network-queries.ts";
import { AnswerDialog } from "./answer-dialog";
import { RequestStatus } from "./request-status";
import { useAnswerRequest } from "./use-answer-request.ts";

type Asked = { kind: "approve" | "decline"; request: NetworkRequestResponse };

/** What members ask for, for admins. */
export function RequestsSection() {
	const { data: requests, error, refetch } = useQuery(networkQueries.requests());
	const [asked, setAsked] = useState<Asked | null>(null);
	const waiting = requests?.filter(({ status }) => status === "pending") ?? [];
	const others = requests?.filter(({ status }) => status !== "pending") ?? [];
	return (
		<div className="flex max-w-3xl flex-col gap-8">
			<Section title="Waiting" text="Names that a devbox's policy blocks, and that its owner asks for.">
				{error && !requests && (
					<ErrorNote title="The requests could not be read" error={error} onRetry={() => void refetch()} />
				)}
				{!error && !requests && <Skeleton className="h-24 w-full rounded-lg" />}
				{requests && waiting.length === 0 && (
					<p className="rounded-lg border border-dashed px-4 py-8 text-center text-ink-soft text-sm">
						Nothing waits. Members ask from a blocked row of their devbox's Network tab.
					</p>
				)}
				{waiting.length > 0 && (
					<ul aria-label="Requests that wait" className="divide-y divide-line rounded-lg border bg-surface">
						{waiting.map((request) => (
							<WaitingRow key={request.id} request={request} onAsk={(kind) => setAsked({ kind, request })} />
						))}
					</ul>
				)}
			</Section>
			{others.length > 0 && (
				<Section title="Answered" text="An approval ends by itself when its time is up; open connections are cut then.">
					<ul aria-label="Answered requests" className="divide-y divide-line rounded-lg border bg-surface">
						{others.map((request) => (
							<AnsweredRow key={request.id} request={request} />
						))}
					</ul>
				</Section>
			)}
			{asked && <AnswerDialog kind={asked.kind} request={asked.request} onClose={() => setAsked(null)} />}
		</div>
	);
}

function RequestName({ request }: { request: NetworkRequestResponse }) {
	return (
		<div className="min-w-0 flex-1 basis-52">
			<p className="break-all font-medium font-mono text-xs">{request.name}</p>
			<p className="text-ink-soft text-sm">
				{request.requested_by} for {request.devbox.name}
				<span className="text-ink-faint text-xs">
					{" · "}
					<RelativeTime at={request.asked_at} />
					{request.asked_count > 1 && `, asked ${request.asked_count} times`}
				</span>
			</p>
			{request.reason && <p className="break-words text-ink-soft text-sm">{request.reason}</p>}
		</div>
	);
}

type WaitingRowProps = { request: NetworkRequestResponse; onAsk: (kind: Asked["kind"]) => void };

function WaitingRow({ request, onAsk }: WaitingRowProps) {
	return (
		<li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
			<RequestName request={request} />
			<div className="flex gap-1.5">
				<Button size="sm" look="primary" aria-label={`Approve ${request.name}`} onClick={() => onAsk("approve")}>
					Approve…
				</Button>
				<Button size="sm" aria-label={`Decline ${request.name}`} onClick={() => onAsk("decline")}>
					Decline…
				</Button>
			</div>
		</li>
	);
}

function AnsweredRow({ request }: { request: NetworkRequestResponse }) {
	const answer = useAnswerRequest(request.id);
	return (
		<li className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3">
			<RequestName request={request} />
			<RequestStatus request={request} />
			{request.status === "approved" && (
				<Button
					size="sm"
					isBusy={answer.isPending}
					aria-label={`End the approval of ${request.name}`}
					onClick={() =>
						answer.mutate({ kind: "end" }, { onError: (error) => showToast({ text: errorText(error), tone: "bad" }) })
					}
				>
					End now
				</Button>
			)}
		</li>
	);
}
