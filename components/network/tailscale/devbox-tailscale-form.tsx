"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import { type FormEvent, useState } from "react";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { Checkbox } from "../../ui/checkbox";
import { ErrorNote } from "../../ui/error-note";
import { isAtText, TailscaleFields } from "./tailscale-fields";
import { type DevboxTailscale, type Tailscale, tailscaleKeys } from "./tailscale-queries.ts";
import { changeOf, textsOf } from "./tailscale-texts.ts";

type DevboxTailscaleFormProps = {
	id: string;
	isRunning: boolean;
	tailscale: DevboxTailscale;
	/** The workspace's. */
	setting: Tailscale;
};

/** Whether this devbox is to be in a tailnet, and as what. */
export function DevboxTailscaleForm({ id, isRunning, tailscale, setting }: DevboxTailscaleFormProps) {
	const client = useQueryClient();
	const before = textsOf(textsToldOf(tailscale, setting));
	const [isEnabled, setEnabled] = useState(tailscale.enabled);
	const [texts, setTexts] = useState(before);
	const changes = isEnabled ? changeOf(texts, before) : {};
	const save = useMutation({
		mutationFn: () => api.changeDevboxTailscale({ id, enabled: isEnabled, ...changes }),
		onSuccess: (saved) => client.setQueryData(tailscaleKeys.devbox(id), saved),
	});
	const errorAt = (field: string) => (isDevboxError(save.error) ? save.error.fieldMessage(field) : null);
	const isSame = isEnabled === tailscale.enabled && Object.keys(changes).length === 0;
	if (setting.is_locked) return <Locked id={id} tailscale={tailscale} setting={setting} />;
	const submit = (event: FormEvent) => {
		event.preventDefault();
		save.mutate();
	};
	return (
		<form noValidate className="flex flex-col gap-3" onSubmit={submit}>
			{/* biome-ignore lint/a11y/noLabelWithoutControl: the box is in it */}
			<label className="flex items-center gap-2.5 self-start text-sm">
				<Checkbox checked={isEnabled} onChange={(event) => setEnabled(event.target.checked)} />
				Joins a tailnet
			</label>
			{isEnabled && (
				<div className="grid gap-4 sm:grid-cols-2">
					<TailscaleFields
						value={texts}
						onChange={(more) => setTexts((current) => ({ ...current, ...more }))}
						errorAt={errorAt}
					/>
				</div>
			)}
			{save.error && !isAtText(errorAt) && <ErrorNote error={save.error} />}
			<div className="flex flex-wrap items-center gap-3">
				<Button type="submit" disabled={isSame} isBusy={save.isPending}>
					{isEnabled === tailscale.enabled ? "Change" : isEnabled ? "Join" : "Leave"}
				</Button>
				{!isSame && <p className="text-ink-faint text-xs">{effectOf({ isEnabled, isRunning, tailscale })}</p>}
			</div>
		</form>
	);
}

/** The one thing that a lock leaves: to be as the workspace says. */
function Locked({ id, tailscale, setting }: Omit<DevboxTailscaleFormProps, "isRunning">) {
	const client = useQueryClient();
	const follow = useMutation({
		mutationFn: () => api.changeDevboxTailscale({ id, enabled: setting.is_enabled }),
		onSuccess: (saved) => client.setQueryData(tailscaleKeys.devbox(id), saved),
	});
	return (
		<div className="flex flex-col items-start gap-3">
			<p className="inline-flex items-center gap-1 text-ink-soft text-xs">
				<Lock className="size-3 shrink-0" aria-hidden /> Locked by the workspace: devboxes{" "}
				{setting.is_enabled ? `join as ${setting.tags.join(", ")}` : "join no tailnet"}.
			</p>
			{follow.error && <ErrorNote error={follow.error} />}
			{differs(tailscale, setting) && (
				<Button size="sm" isBusy={follow.isPending} onClick={() => follow.mutate()}>
					{setting.is_enabled ? "Join as the workspace says" : "Leave as the workspace says"}
				</Button>
			)}
		</div>
	);
}

/** As far as it can be told: the node's name is the devbox's own. */
function differs(tailscale: DevboxTailscale, setting: Tailscale): boolean {
	if (!tailscale.enabled || !setting.is_enabled) return tailscale.enabled !== setting.is_enabled;
	const told = ({ client_id, tags, login_server }: DevboxTailscale | Tailscale) =>
		JSON.stringify([client_id, tags, login_server]);
	return told(tailscale) !== told(setting);
}

/** What it has, or what it would get. */
function textsToldOf({ client_id, tags, hostname, login_server }: DevboxTailscale, setting: Tailscale) {
	return client_id === null || hostname === null ? setting : { client_id, tags, hostname, login_server };
}

function effectOf(o: { isEnabled: boolean; isRunning: boolean; tailscale: DevboxTailscale }): string {
	if (!o.isRunning) return o.isEnabled ? "It is off, and joins with its next start." : "It is off, and stays out.";
	if (!o.isEnabled) return "It leaves at once, and its node goes.";
	return o.tailscale.enabled ? "It leaves, and joins as another node." : "It joins at once.";
}
