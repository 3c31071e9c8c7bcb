"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import { Section } from "../layout/section";
import { SettingsFrame } from "../settings/settings-frame";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { TokenList } from "./token-list";
import { tokenQueries } from "./token-queries.ts";

const CreateTokenDialog = dynamic(() => import("./create-token-dialog").then((module) => module.CreateTokenDialog), {
	ssr: false,
});

export function TokensPage() {
	const { data: tokens, error, refetch } = useQuery(tokenQueries.list());
	const [isMaking, setMaking] = useState(false);
	return (
		<SettingsFrame>
			<Section
				title="Tokens"
				text="What programs sign in with: the SDK, scripts and agents. Revoking one ends it and its open streams at once."
			>
				<div className="flex flex-col gap-3">
					<div className="flex flex-wrap items-center gap-3">
						<Button look="primary" onClick={() => setMaking(true)}>
							<Plus aria-hidden />
							New token
						</Button>
						<Link href="/docs/api" className="text-accent text-sm hover:underline">
							API reference
						</Link>
					</div>
					{error && <ErrorNote error={error} onRetry={() => void refetch()} />}
					{!error && !tokens && <Skeleton className="h-28 w-full rounded-lg" />}
					{tokens && tokens.length === 0 && (
						<p className="rounded-lg border border-dashed px-4 py-8 text-center text-ink-soft text-sm">
							No tokens yet. Make one, and a program can do everything that this dashboard can.
						</p>
					)}
					{tokens && tokens.length > 0 && <TokenList tokens={tokens} />}
				</div>
			</Section>
			{isMaking && <CreateTokenDialog onClose={() => setMaking(false)} />}
		</SettingsFrame>
	);
}
