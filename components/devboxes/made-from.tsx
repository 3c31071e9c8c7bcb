"use client";
import { queryOptions, useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { api } from "../api-client.ts";
import { defaultsQueries } from "../defaults/defaults-queries.ts";
import { Button } from "../ui/button";
import { CodeBlock } from "../ui/code-block";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { likenessOf } from "./create/draft-like.ts";

const CreateDevboxDialog = dynamic(() => import("./create-devbox-dialog").then((module) => module.CreateDevboxDialog), {
	ssr: false,
});

const inputsQuery = (id: string) =>
	queryOptions({
		queryKey: ["devbox-inputs", id] as const,
		queryFn: ({ signal }) => api.getDevboxInputs({ id }, { signal }),
	});

/** What the devbox was made from, as exactly as it is known, and how to make another like it. */
export function MadeFrom({ box }: { box: DevboxResponse }) {
	const { data, error, refetch } = useQuery(inputsQuery(box.id));
	const { data: defaults } = useQuery(defaultsQueries.own());
	const [shown, setShown] = useState<"dialog" | "request" | null>(null);
	return (
		<section aria-labelledby="made-from">
			<h2 id="made-from" className="mb-2 font-semibold text-base">
				Made from
			</h2>
			{error && (
				<ErrorNote title="What it was made from could not be read" error={error} onRetry={() => void refetch()} />
			)}
			{!error && !data && <Skeleton className="h-24 w-full rounded-lg" />}
			{data && (
				<>
					<dl className="divide-y divide-line rounded-lg border bg-surface">
						<Row name="Image" values={[data.image_ref]} />
						{data.repositories.length > 0 && (
							<Row
								name="Repositories"
								values={data.repositories.map((one) => `${one.full_name}@${one.commit?.slice(0, 12) ?? one.ref}`)}
							/>
						)}
						{data.variables.length > 0 && (
							<Row
								name="Variables"
								values={data.variables.map(({ name, secret, source }) =>
									secret
										? `${name} from secret ${secret.name}${secret.version === null ? "" : `, version ${secret.version}`}`
										: `${name}${source === "ai_token" ? " (AI token)" : ""}`,
								)}
							/>
						)}
						{data.setup_commands.length > 0 && <Row name="Setup commands" values={data.setup_commands} />}
					</dl>
					<div className="mt-3 flex flex-col gap-2">
						<div className="flex flex-wrap gap-2">
							<Button disabled={!defaults} onClick={() => setShown("dialog")}>
								Create another like it
							</Button>
							<Button
								look="quiet"
								aria-expanded={shown === "request"}
								onClick={() => setShown(shown === "request" ? null : "request")}
							>
								As a request
							</Button>
						</div>
						{shown === "dialog" && defaults && (
							<CreateDevboxDialog like={likenessOf(box.name, data, defaults)} onClose={() => setShown(null)} />
						)}
						{shown === "request" && (
							<>
								<p className="text-ink-soft text-sm">
									Send this to <code className="text-xs">POST /api/v1/devboxes</code> with a name of your choice.
									{data.missing.length > 0 &&
										` It has no values: add ${data.missing.join(", ")}, since they are kept nowhere but in the devbox.`}
								</p>
								<CodeBlock code={JSON.stringify(data.request, null, 2)} label="Request" />
							</>
						)}
					</div>
				</>
			)}
		</section>
	);
}

function Row({ name, values }: { name: string; values: string[] }) {
	return (
		<div className="flex gap-3 px-3.5 py-2 text-sm">
			<dt className="w-28 shrink-0 text-ink-soft">{name}</dt>
			<dd className="flex min-w-0 flex-1 flex-col gap-0.5">
				{values.map((value) => (
					<span key={value} className="break-words font-mono text-xs">
						{value}
					</span>
				))}
			</dd>
		</div>
	);
}
