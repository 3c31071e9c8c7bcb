"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { RelativeTime } from "../../text/relative-time";
import { networkQueries } from "../network-queries.ts";

/** Loud while a host's filter is down: devboxes with a policy have no network there. */
export function FilterAlert() {
	const { data: hosts = [] } = useQuery(networkQueries.filters());
	const down = hosts.filter(({ filter }) => filter?.status === "down");
	return down.map(({ id, name, filter }) => (
		<div
			key={id}
			role="alert"
			className="mb-4 flex items-start gap-3 rounded-lg border border-bad/30 bg-bad-wash px-4 py-3 text-sm"
		>
			<CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
			<div>
				<p className="font-medium">
					The egress filter of {name} does not run{filter?.since && ", since "}
					{filter?.since && <RelativeTime at={filter.since} />}
				</p>
				<p className="text-ink-soft">
					Devboxes there that have a network policy have no network meanwhile. It is being started again.{" "}
					{filter?.message}
				</p>
			</div>
		</div>
	));
}
