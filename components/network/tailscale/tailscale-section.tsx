"use client";
import { useQuery } from "@tanstack/react-query";
import { Section } from "../../layout/section";
import { ErrorNote } from "../../ui/error-note";
import { Skeleton } from "../../ui/skeleton";
import { ValueList } from "../identity/value-list";
import { ConnectionTest } from "./connection-test";
import { TailscaleForm } from "./tailscale-form";
import { tailscaleQueries } from "./tailscale-queries.ts";

/** How devboxes join a tailnet, what to enter there, and whether it works. */
export function TailscaleSection() {
	const { data: tailscale, error, refetch } = useQuery(tailscaleQueries.own());
	if (error && !tailscale)
		return (
			<ErrorNote
				className="max-w-3xl"
				title="The setting could not be read"
				error={error}
				onRetry={() => void refetch()}
			/>
		);
	if (!tailscale) return <Skeleton className="h-[40rem] w-full max-w-3xl rounded-lg" />;
	const { issuer, subject, audience, scope } = tailscale.enter_at_tailscale;
	const values = [
		{ label: "Issuer", value: issuer },
		{ label: "Subject", value: subject },
		...(audience ? [{ label: "Audience", value: audience }] : []),
		{ label: "Scope", value: scope },
	];
	return (
		<div className="flex max-w-3xl flex-col gap-8">
			{tailscale.problem && (
				<div role="note" className="rounded-lg border border-warning/40 bg-warning/8 px-4 py-3 text-sm">
					<p className="font-medium">No devbox can join yet</p>
					<p className="text-ink-soft text-xs">{tailscale.problem}</p>
				</div>
			)}
			<Section
				title="1. At Tailscale"
				text="Trust credentials, new federated identity, custom issuer. Enter these, choose the tags that devboxes may have, and copy the client id that it shows; the audience follows from it."
			>
				<ValueList values={values} />
			</Section>
			<Section
				title="2. Here"
				text="What new devboxes join. Each is an ephemeral node with these tags, by a token of five minutes: no key of your tailnet is kept here."
			>
				<TailscaleForm key={tailscale.updated_at ?? "new"} tailscale={tailscale} />
			</Section>
			<Section
				title="3. Try it"
				text="Goes the way of a devbox: others must be able to read this server's keys, and Tailscale must take a token of it. Nothing is left there."
			>
				<ConnectionTest />
			</Section>
		</div>
	);
}
