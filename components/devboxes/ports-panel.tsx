"use client";
import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { isApplicationPort } from "@/lib/domain/preview-ports.ts";
import { escapeControls } from "../text/ansi.ts";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { devboxQueries } from "./devbox-queries.ts";

/** What listens inside, asked again while this is on screen. */
export function PortsPanel({ box }: { box: DevboxResponse }) {
	const isOn = box.actions.includes("open_terminal");
	const {
		data: ports,
		error,
		refetch,
	} = useQuery({ ...devboxQueries.ports(box.id), enabled: isOn, refetchIntervalInBackground: false });
	return (
		<section className="max-w-2xl py-6" aria-labelledby="ports">
			<h2 id="ports" className="font-semibold text-base">
				Listening ports
			</h2>
			<p className="mb-4 text-ink-soft text-sm">What accepts connections inside the devbox right now.</p>
			{!isOn && <p className="text-ink-soft text-sm">The devbox is not running. Start it to see what listens in it.</p>}
			{isOn && error && !ports && (
				<ErrorNote title="The ports could not be read" error={error} onRetry={() => void refetch()} />
			)}
			{isOn && !error && !ports && <Skeleton className="h-28 w-full rounded-lg" />}
			{isOn && ports && ports.length === 0 && (
				<p className="rounded-lg border border-dashed px-4 py-8 text-center text-ink-soft text-sm">
					Nothing listens yet. Start a server in the terminal and it appears here.
				</p>
			)}
			{isOn && ports && ports.length > 0 && (
				<table className="w-full overflow-hidden rounded-lg border bg-surface text-sm">
					<thead className="text-left text-ink-faint text-xs">
						<tr className="border-b [&_th]:px-3.5 [&_th]:py-2 [&_th]:font-normal">
							<th scope="col">Port</th>
							<th scope="col">Process</th>
							<th scope="col">Address</th>
							<th scope="col">
								<span className="sr-only">Preview</span>
							</th>
						</tr>
					</thead>
					<tbody className="[&_td]:px-3.5 [&_td]:py-2 [&_tr]:border-b [&_tr:last-child]:border-0">
						{ports.map((port) => (
							<tr key={`${port.address}:${port.port}`}>
								<td className="font-mono">{port.port}</td>
								<td className="font-mono text-ink-soft">
									{port.process === null ? "unknown" : escapeControls(port.process)}
								</td>
								<td className="font-mono text-ink-faint text-xs">{escapeControls(port.address)}</td>
								<td className="text-right">
									{box.preview_url && isApplicationPort(port) && (
										<PreviewLink template={box.preview_url} port={port.port} />
									)}
								</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			{isOn && !box.preview_url && (
				<p className="mt-3 text-ink-faint text-xs">
					This server has no domain for previews. Its operator sets one with <code>PREVIEW_DOMAIN</code>.
				</p>
			)}
		</section>
	);
}

/** On the preview's own origin, which lets in whoever is signed in here as the devbox's owner. */
function PreviewLink({ template, port }: { template: string; port: number }) {
	return (
		<a
			href={`${template.replace("{port}", String(port))}/`}
			target="_blank"
			rel="noreferrer"
			className="inline-flex items-center gap-1 whitespace-nowrap text-accent underline-offset-2 hover:underline"
			aria-label={`Open port ${port} in a new tab`}
		>
			Open <ExternalLink className="size-3.5" aria-hidden />
		</a>
	);
}
