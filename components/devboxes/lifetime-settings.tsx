"use client";
import { useQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import type { IdleTimeout } from "@/lib/domain/lifetime-rules.ts";
import { defaultsQueries } from "../defaults/defaults-queries.ts";
import { expiryChoices, idleChoices } from "../defaults/rule-choices.ts";
import { RelativeTime } from "../text/relative-time";
import { Field, Select } from "../ui/field";
import { useLifetimeChange } from "./use-lifetime-change.ts";

/** When the box is stopped and destroyed by itself. */
export function LifetimeSettings({ box }: { box: DevboxResponse }) {
	const { data: defaults } = useQuery(defaultsQueries.own());
	const change = useLifetimeChange(box.id);
	return (
		<section aria-labelledby="lifetime">
			<h2 id="lifetime" className="mb-2 font-semibold text-base">
				Idle and expiry
			</h2>
			<div className="grid gap-4 rounded-lg border bg-surface px-4 py-3.5 sm:grid-cols-2">
				<Field
					id="idle-rule"
					label="Stop when idle"
					hint={
						defaults?.auto_stop_idle_timeout.locked ? (
							<Locked />
						) : box.idle_stop_at ? (
							<>
								Stops <RelativeTime at={box.idle_stop_at} /> unless it is used.
							</>
						) : (
							"Without an open terminal, SSH connection, command or preview. Files stay."
						)
					}
				>
					<Select
						id="idle-rule"
						aria-describedby="idle-rule-note"
						className="w-full disabled:opacity-60"
						value={box.auto_stop_idle_timeout}
						disabled={change.isPending || defaults?.auto_stop_idle_timeout.locked}
						onChange={(event) => change.mutate({ auto_stop_idle_timeout: event.target.value as IdleTimeout })}
					>
						<Options choices={idleChoices} />
					</Select>
				</Field>
				<Field
					id="expiry-rule"
					label="Destroy, counted from now"
					hint={
						defaults?.expires_after.locked ? (
							<Locked />
						) : box.expires_at ? (
							<>
								Destroyed <RelativeTime at={box.expires_at} />, with its files.
							</>
						) : (
							"It lives until it is destroyed."
						)
					}
				>
					<Select
						id="expiry-rule"
						aria-describedby="expiry-rule-note"
						className="w-full disabled:opacity-60"
						value={box.expires_after}
						disabled={change.isPending || defaults?.expires_after.locked}
						onChange={(event) => change.mutate({ expires_after: event.target.value })}
					>
						<Options choices={expiryChoices(box.expires_after)} />
					</Select>
				</Field>
			</div>
		</section>
	);
}

function Locked() {
	return (
		<span className="inline-flex items-center gap-1">
			<Lock className="size-3" aria-hidden /> Locked by the workspace
		</span>
	);
}

function Options({ choices }: { choices: readonly { value: string; label: string }[] }) {
	return choices.map(({ value, label }) => (
		<option key={value} value={value}>
			{label}
		</option>
	));
}
