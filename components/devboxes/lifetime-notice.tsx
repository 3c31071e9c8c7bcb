"use client";
import { useQuery } from "@tanstack/react-query";
import { Hourglass } from "lucide-react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { durationWords } from "@/lib/domain/lifetime-rules.ts";
import { defaultsQueries } from "../defaults/defaults-queries.ts";
import { useViewer } from "../layout/viewer";
import { RelativeTime } from "../text/relative-time";
import { useNow } from "../text/use-now.ts";
import { Button } from "../ui/button";
import { type LifetimeWarning, lifetimeWarning } from "./lifetime.ts";
import { useLifetimeChange } from "./use-lifetime-change.ts";

/** A moment before a box is stopped or destroyed by itself: when, what is lost, and how it is kept. */
export function LifetimeNotice({ box }: { box: DevboxResponse }) {
	const now = useNow("halfMinute");
	const warning = now === null ? null : lifetimeWarning(box, now);
	if (!warning || box.desired_state === "destroyed") return null;
	return (
		<section
			aria-label="Time left"
			className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-warning/40 bg-warning/8 px-4 py-3 text-sm"
		>
			<Hourglass className="size-4 shrink-0 text-warning" aria-hidden />
			<p className="min-w-0 flex-1 basis-60">{warningText(warning)}</p>
			<KeepButton box={box} kind={warning.kind} />
		</section>
	);
}

function warningText({ kind, at }: LifetimeWarning) {
	const when = <RelativeTime at={at} />;
	return kind === "expiry" ? (
		<>
			<span className="font-medium">It is destroyed {when}, with all its files.</span> Push or download what you need,
			or keep it longer.
		</>
	) : (
		<>
			<span className="font-medium">Nobody uses it: it is stopped {when}.</span> Its files stay; what runs in it ends.
		</>
	);
}

function KeepButton({ box, kind }: { box: DevboxResponse; kind: LifetimeWarning["kind"] }) {
	const { userId } = useViewer();
	const { data: defaults } = useQuery(defaultsQueries.own());
	const change = useLifetimeChange(box.id);
	if (box.owner.id !== userId) return null;
	if (kind === "idle")
		return (
			<Button
				size="sm"
				isBusy={change.isPending}
				onClick={() => change.mutate({ auto_stop_idle_timeout: box.auto_stop_idle_timeout })}
			>
				Keep it running
			</Button>
		);
	if (defaults?.expires_after.locked)
		return <p className="text-ink-soft text-xs">The workspace has locked this: ask an admin.</p>;
	const more = box.expires_after === "never" ? "1d" : box.expires_after;
	return (
		<Button size="sm" isBusy={change.isPending} onClick={() => change.mutate({ expires_after: more })}>
			Keep it {durationWords(more)} more
		</Button>
	);
}
