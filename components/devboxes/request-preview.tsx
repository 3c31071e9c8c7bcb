"use client";
import { ChevronRight } from "lucide-react";
import { Tabs } from "radix-ui";
import { CodeBlock } from "../ui/code-block";
import type { CreateOrder } from "./create/create-draft.ts";
import { requestAsCurl, requestAsJson, requestAsSdk, requestAsYaml } from "./request-snippets.ts";

/** The same request for a shell, a program or a file; secret values are masked. */
export function RequestPreview({ order }: { order: CreateOrder }) {
	const input = { origin: window.location.origin, order };
	const views = [
		{ id: "curl", label: "curl", code: requestAsCurl(input) },
		{ id: "sdk", label: "SDK", code: requestAsSdk(input) },
		{ id: "yaml", label: "YAML", code: requestAsYaml(input) },
		{ id: "json", label: "JSON", code: requestAsJson(input) },
	];
	return (
		<details className="group">
			<summary className="-mx-1 flex w-fit cursor-pointer list-none items-center gap-1 rounded px-1 text-ink-soft text-sm hover:text-ink [&::-webkit-details-marker]:hidden">
				<ChevronRight className="size-3.5 transition-transform duration-100 group-open:rotate-90" aria-hidden />
				The same as a request
			</summary>
			<Tabs.Root defaultValue="curl" className="mt-2">
				<Tabs.List aria-label="Kind of request" className="mb-2 flex gap-1">
					{views.map((view) => (
						<Tabs.Trigger
							key={view.id}
							value={view.id}
							className="h-6 rounded-md px-2 text-ink-soft text-xs hover:text-ink data-[state=active]:bg-hover data-[state=active]:text-ink"
						>
							{view.label}
						</Tabs.Trigger>
					))}
				</Tabs.List>
				{views.map((view) => (
					<Tabs.Content key={view.id} value={view.id} tabIndex={-1}>
						<CodeBlock code={view.code} label={`${view.label} request`} />
					</Tabs.Content>
				))}
			</Tabs.Root>
		</details>
	);
}
