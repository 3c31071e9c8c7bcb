"use client";
import { useQuery } from "@tanstack/react-query";
import { Section } from "../../layout/section";
import { RelativeTime } from "../../text/relative-time";
import { CodeBlock } from "../../ui/code-block";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { AudienceForm } from "./audience-form";
import { AudienceList } from "./audience-list";
import { identityQueries } from "./identity-queries.ts";
import { ValueList } from "./value-list";

/** Whom devboxes may show themselves to, and what the other side must be told. */
export function IdentitySection() {
	const { data: identity, error, refetch } = useQuery(identityQueries.own());
	if (error && !identity)
		return (
			<ErrorNote
				className="max-w-3xl"
				title="The identity could not be read"
				error={error}
				onRetry={() => void refetch()}
			/>
		);
	if (!identity) return <Skeleton className="h-96 w-full max-w-3xl rounded-lg" />;
	const values = [
		{ label: "Issuer", value: identity.issuer },
		{ label: "Subject", value: identity.subject_pattern },
		{ label: "Discovery", value: identity.discovery_url },
		{ label: "Keys", value: identity.jwks_url },
	];
	return (
		<div className="flex max-w-3xl flex-col gap-8">
			{identity.problem ? <Warning title="No ID tokens are given" text={identity.problem} /> : null}
			{!identity.problem && !identity.is_public && (
				<Warning
					title="Only this machine can verify the tokens"
					text={`Clouds and Tailscale read the keys at ${identity.discovery_url}, which they cannot reach. Set PUBLIC_URL to an https address that they can.`}
				/>
			)}
			<Section
				title="Audiences"
				text="Whom devboxes of this workspace may show an ID token to. Whatever runs in a devbox can ask for one, so allow those that may trust all of your devboxes."
			>
				<div className="flex flex-col gap-3">
					<AudienceForm />
					<AudienceList audiences={identity.audiences} />
				</div>
			</Section>
			<Section
				title="At the other side"
				text="Enter these at the cloud or vault. The star stands for a devbox's id: a rule with it means every devbox of this workspace."
			>
				<ValueList values={values} />
			</Section>
			<Section title="In a devbox" text="A token lives five minutes. Each is in the audit log.">
				<CodeBlock
					label="Ask for a token"
					code={`devbox-id-token --audience ${identity.audiences[0]?.audience ?? "sts.amazonaws.com"}`}
				/>
			</Section>
			<Section
				title="Signing keys"
				text="Followed by a new one every 90 days, or by npm run admin -- rotate-identity-key."
			>
				<ul className="divide-y divide-line rounded-lg border bg-surface">
					{identity.keys.map((key) => (
						<li key={key.id} className="flex flex-wrap items-baseline gap-x-3 px-4 py-2 text-sm">
							<span className="min-w-0 truncate font-mono text-xs">{key.id}</span>
							<span className="text-ink-soft text-xs">
								{keyWords(key)} <RelativeTime at={key.signs_from} />
							</span>
						</li>
					))}
				</ul>
			</Section>
		</div>
	);
}

function keyWords(key: { is_signing: boolean; signs_from: string }): string {
	if (key.is_signing) return "signs since";
	return Date.parse(key.signs_from) > Date.now() ? "shown, signs" : "verifies until its tokens are gone; signed since";
}

function Warning({ title, text }: { title: string; text: string }) {
	return (
		<div role="note" className="rounded-lg border border-warning/40 bg-warning/8 px-4 py-3 text-sm">
			<p className="font-medium">{title}</p>
			<p className="text-ink-soft text-xs">{text}</p>
		</div>
	);
}
