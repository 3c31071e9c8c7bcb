"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect, useState } from "react";
import { api } from "../api-client.ts";
import { PageColumn, PageHeader } from "../layout/page-header";
import { ErrorNote } from "../ui/error-note";
import { Input } from "../ui/field";
import { Skeleton } from "../ui/skeleton";
import { ApiOperation } from "./api-operation";
import { groupOperations, type OpenApi, type OperationGroup } from "./open-api.ts";

export function ApiReferencePage() {
	const { data, error, refetch } = useQuery({
		queryKey: ["open-api"],
		queryFn: async ({ signal }) => (await api.getOpenApi({}, { signal })) as unknown as OpenApi,
		staleTime: Number.POSITIVE_INFINITY,
	});
	const [search, setSearch] = useState("");
	const [origin, setOrigin] = useState("");
	useEffect(() => setOrigin(window.location.origin), []);
	const groups = data ? filterGroups(groupOperations(data), search) : [];
	return (
		<PageColumn>
			<PageHeader
				title="API reference"
				text={
					<>
						Sign in with a{" "}
						<Link
							href="/settings/tokens"
							className="text-accent underline decoration-accent/50 underline-offset-2 hover:decoration-accent"
						>
							token
						</Link>
						; the same document for machines is{" "}
						<a
							href="/api/v1/openapi.json"
							className="text-accent underline decoration-accent/50 underline-offset-2 hover:decoration-accent"
						>
							openapi.json
						</a>
						. What a devbox protects, and what not:{" "}
						<Link
							href="/docs/security"
							className="text-accent underline decoration-accent/50 underline-offset-2 hover:decoration-accent"
						>
							security model
						</Link>
						.
					</>
				}
			/>
			<div className="flex max-w-4xl flex-col gap-7 pb-16">
				<Input
					type="search"
					aria-label="Search operations"
					placeholder="Search operations"
					className="sm:max-w-72"
					value={search}
					onChange={(event) => setSearch(event.target.value)}
				/>
				{error && <ErrorNote error={error} onRetry={() => void refetch()} />}
				{!error && !data && <Skeleton className="h-96 w-full rounded-lg" />}
				{data && groups.length === 0 && <p className="text-ink-soft text-sm">No operation is called like that.</p>}
				{data &&
					groups.map(({ title, operations }) => (
						<section key={title} aria-label={title}>
							<h2 className="mb-2 font-semibold text-base">{title}</h2>
							<div className="overflow-hidden rounded-lg border bg-surface">
								{operations.map((listed) => (
									<ApiOperation key={listed.id} listed={listed} document={data} origin={origin} />
								))}
							</div>
						</section>
					))}
			</div>
		</PageColumn>
	);
}

function filterGroups(groups: OperationGroup[], search: string): OperationGroup[] {
	const words = search.toLowerCase().split(/\s+/).filter(Boolean);
	return groups
		.map(({ title, operations }) => ({
			title,
			operations: operations.filter(({ id, method, path, operation }) => {
				const text = `${title} ${id} ${method} ${path} ${operation.summary}`.toLowerCase();
				return words.every((word) => text.includes(word));
			}),
		}))
		.filter(({ operations }) => operations.length > 0);
}
