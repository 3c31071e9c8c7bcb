"use client";
import { useQuery } from "@tanstack/react-query";
import { tailscaleQueries } from "../../network/tailscale/tailscale-queries.ts";
import { Select } from "../../ui/field";
import { CreateField } from "./create-field";
import type { CreateForm } from "./use-create-form.ts";

/** Shown where the workspace has Tailscale set up. */
export function TailscaleSection({ form, draft, errorAt }: CreateForm) {
	const { data: tailscale } = useQuery(tailscaleQueries.own());
	if (!tailscale?.client_id) return null;
	const { is_enabled: isEnabled, is_locked: isLocked, tags } = tailscale;
	return (
		<CreateField
			id="new-tailscale"
			label="Tailscale"
			error={errorAt("tailscale")}
			hint={`Joins as a node with ${tags.join(", ") || "its tags"}: what runs in it reaches what they reach.`}
			mark={{
				isLocked,
				isTouched: draft.tailscale !== undefined,
				onReset: () => {
					form.setValue("tailscale", undefined);
					form.clearErrors("tailscale");
				},
			}}
		>
			<Select
				id="new-tailscale"
				aria-describedby="new-tailscale-note"
				className="w-full disabled:opacity-60"
				disabled={isLocked}
				value={draft.tailscale ?? (isEnabled ? "join" : "none")}
				onChange={(event) => form.setValue("tailscale", event.target.value as "join" | "none")}
			>
				<option value="join">Joins the tailnet</option>
				<option value="none">Stays out</option>
			</Select>
		</CreateField>
	);
}
