"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { InternalServiceResponse } from "@/lib/contract/internal-services.ts";
import { internalRangesVariable } from "@/lib/domain/internal-service.ts";
import { Section } from "../../layout/section";
import { Button } from "../../ui/button";
import { CodeBlock } from "../../ui/code-block";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { ServiceList } from "./service-list";
import { serviceQueries } from "./service-queries.ts";

const ServiceDialog = dynamic(() => import("./service-dialog").then((module) => module.ServiceDialog), { ssr: false });
const RemoveServiceDialog = dynamic(
	() => import("./remove-service-dialog").then((module) => module.RemoveServiceDialog),
	{ ssr: false },
);

type Asked = { kind: "add" } | { kind: "remove"; service: InternalServiceResponse };

/** Private addresses that names may lead to: the operator's key, then the admin's. */
export function ServicesSection() {
	const { data, error, refetch } = useQuery(serviceQueries.list());
	const ranges = data?.internal_ranges ?? [];
	const [asked, setAsked] = useState<Asked | null>(null);
	const close = () => setAsked(null);
	return (
		<div className="max-w-3xl">
			<Section
				title="Internal services"
				text="Private addresses are closed to every devbox. Here you let in one that your team runs: a name on a devbox's list that leads to it is dialled, on its ports. The name must still be listed."
			>
				{error && !data && (
					<ErrorNote title="The internal services could not be read" error={error} onRetry={() => void refetch()} />
				)}
				{!error && !data && <Skeleton className="h-32 w-full rounded-lg" />}
				{data && data.data.length > 0 && (
					<ServiceList services={data.data} onRemove={(service) => setAsked({ kind: "remove", service })} />
				)}
				{data && ranges.length === 0 && <NothingOpened hasServices={data.data.length > 0} />}
				{data && ranges.length > 0 && (
					<>
						{data.data.length === 0 && (
							<p className="rounded-lg border border-dashed px-4 py-8 text-center text-ink-soft text-sm">
								None yet. The operator of this server has opened {ranges.join(", ")}: add an address in it, and put the
								name that leads there on a list.
							</p>
						)}
						<Button className="mt-3" onClick={() => setAsked({ kind: "add" })}>
							<Plus aria-hidden />
							Add service
						</Button>
					</>
				)}
			</Section>
			{asked?.kind === "add" && <ServiceDialog ranges={ranges} onClose={close} />}
			{asked?.kind === "remove" && <RemoveServiceDialog service={asked.service} onClose={close} />}
		</div>
	);
}

function NothingOpened({ hasServices }: { hasServices: boolean }) {
	return (
		<div className="mt-3 rounded-lg border border-dashed px-4 py-5 text-sm first:mt-0">
			<p className="font-medium">It takes two, and the operator's key is missing</p>
			<ol className="mt-2 flex list-decimal flex-col gap-3 pl-5 text-ink-soft">
				<li>
					<p>
						The operator of this server says which private ranges may be opened at all, by how they start it. So far
						that is none{hasServices && ", so that the services above are closed"}.
					</p>
					<CodeBlock
						className="mt-2"
						label="Start with ranges"
						code={`${internalRangesVariable}=10.20.0.0/16,192.168.7.5 npm start`}
					/>
				</li>
				<li>Then an admin adds an address in these ranges, with its ports, on this page.</li>
			</ol>
		</div>
	);
}
