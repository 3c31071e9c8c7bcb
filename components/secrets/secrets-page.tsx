"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { SecretResponse } from "@/lib/contract/secrets.ts";
import { PageColumn, PageHeader } from "../layout/page-header";
import { Section } from "../layout/section";
import { useViewer } from "../layout/viewer";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { SecretList } from "./secret-list";
import { secretQueries } from "./secret-queries.ts";

const CreateSecretDialog = dynamic(() => import("./create-secret-dialog").then((module) => module.CreateSecretDialog), {
	ssr: false,
});

export function SecretsPage() {
	const { data: secrets, error, refetch } = useQuery(secretQueries.list());
	const [isAdding, setAdding] = useState(false);
	const { isAdmin } = useViewer();
	const own = secrets?.filter((secret) => secret.scope === "user") ?? [];
	const shared = secrets?.filter((secret) => secret.scope === "workspace") ?? [];
	return (
		<PageColumn>
			<PageHeader
				title="Secrets"
				text="Values that your devboxes get as variables. Nobody reads one back, you included."
			>
				<Button look="primary" onClick={() => setAdding(true)}>
					<Plus aria-hidden />
					Add secret
				</Button>
			</PageHeader>
			<div className="flex max-w-3xl flex-col gap-8 pb-16">
				{error && <ErrorNote title="The secrets could not be read" error={error} onRetry={() => void refetch()} />}
				{!error && !secrets && <Skeleton className="h-40 w-full rounded-lg" />}
				{secrets && (
					<>
						<Group
							title="Yours"
							text="For your own devboxes alone."
							secrets={own}
							empty="None yet. Add a token or a password here, and choose it when you create a devbox."
						/>
						<Group
							title="The workspace's"
							text="Every member may use them; admins add and change them."
							secrets={shared}
							empty={
								isAdmin
									? "None yet. Add one for the workspace, and every member can use it without seeing it."
									: "None yet. An admin can add secrets that everybody uses."
							}
						/>
					</>
				)}
			</div>
			{isAdding && <CreateSecretDialog onClose={() => setAdding(false)} />}
		</PageColumn>
	);
}

type GroupProps = { title: string; text: string; secrets: SecretResponse[]; empty: string };

function Group({ title, text, secrets, empty }: GroupProps) {
	return (
		<Section title={title} text={text}>
			{secrets.length === 0 ? (
				<p className="rounded-lg border border-dashed px-4 py-8 text-center text-ink-soft text-sm">{empty}</p>
			) : (
				<SecretList secrets={secrets} />
			)}
		</Section>
	);
}
