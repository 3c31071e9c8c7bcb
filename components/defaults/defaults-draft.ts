/** What the page of the workspace's defaults holds while it is changed, and the request that a change becomes. */
import type { z } from "zod";
import { networkPolicyRequest } from "@/lib/contract/network-policy.ts";
import type { updateWorkspaceDefaultsRequest, WorkspaceDefaultsResponse } from "@/lib/contract/workspace-defaults.ts";
import { type DefaultField, defaultFields } from "@/lib/domain/workspace-defaults.ts";
import { type PolicyDraft, policyDraftOf, policyRequestOf } from "../network/policy-draft.ts";

export type DefaultsDraft = {
	image: string;
	size: string;
	repository: string;
	branch: string;
	/** One a line. */
	setup_commands: string;
	setup_timeout_seconds: string;
	auto_stop_idle_timeout: string;
	expires_after: string;
	network_policy: PolicyDraft;
	devboxes_per_member: string;
	locked: Record<DefaultField, boolean>;
};

export type DefaultsChange = z.input<typeof updateWorkspaceDefaultsRequest>;

export function draftOf(defaults: WorkspaceDefaultsResponse): DefaultsDraft {
	const locked = Object.fromEntries(defaultFields.map((field) => [field, defaults[field].locked]));
	return {
		image: defaults.image.value,
		size: defaults.size.value,
		repository: defaults.repository.value?.url ?? "",
		branch: defaults.repository.value?.branch ?? "",
		setup_commands: defaults.setup_commands.value.join("\n"),
		setup_timeout_seconds: String(defaults.setup_timeout_seconds.value),
		auto_stop_idle_timeout: defaults.auto_stop_idle_timeout.value,
		expires_after: defaults.expires_after.value,
		network_policy: policyDraftOf(defaults.network_policy.value),
		devboxes_per_member: String(defaults.devboxes_per_member.value),
		locked: locked as DefaultsDraft["locked"],
	};
}

/** Only what differs goes, so that the log tells what was changed. */
export function changeOf(draft: DefaultsDraft, defaults: WorkspaceDefaultsResponse): DefaultsChange {
	const values = valuesOf(draft, defaults);
	const changes = defaultFields.flatMap((field) => {
		const before = defaults[field];
		const value = JSON.stringify(values[field]) === JSON.stringify(before.value) ? {} : { value: values[field] };
		const locked = draft.locked[field] === before.locked ? {} : { locked: draft.locked[field] };
		const change = { ...value, ...locked };
		return Object.keys(change).length ? [[field, change]] : [];
	});
	return { version: defaults.version, ...(Object.fromEntries(changes) as Omit<DefaultsChange, "version">) };
}

function valuesOf(draft: DefaultsDraft, defaults: WorkspaceDefaultsResponse): Record<DefaultField, unknown> {
	const url = draft.repository.trim();
	const isTextSame = draft.setup_commands === defaults.setup_commands.value.join("\n");
	return {
		image: draft.image,
		size: draft.size,
		repository: url === "" ? null : { url, branch: draft.branch.trim() || null },
		// A command may have lines of its own, where the API wrote it.
		setup_commands: isTextSame
			? defaults.setup_commands.value
			: draft.setup_commands.split("\n").filter((line) => line.trim() !== ""),
		setup_timeout_seconds: numberOf(draft.setup_timeout_seconds),
		auto_stop_idle_timeout: draft.auto_stop_idle_timeout,
		expires_after: draft.expires_after,
		network_policy: networkOf(draft.network_policy),
		devboxes_per_member: numberOf(draft.devboxes_per_member),
	};
}

/** In normal form, so that a list in another order is no change; what is at fault goes on as it is. */
function networkOf(draft: PolicyDraft): unknown {
	const asked = policyRequestOf(draft);
	return networkPolicyRequest.safeParse(asked).data ?? asked;
}

/** What is no number goes on as text, for the contract to refuse. */
function numberOf(text: string): number | string {
	return /^\d+$/.test(text.trim()) ? Number(text) : text;
}

/** The field of the page that a problem at `path` of the request is shown at. */
export function fieldAt(path: readonly (string | number)[]): keyof DefaultsDraft {
	return path[0] === "repository" && path.includes("branch") ? "branch" : (path[0] as DefaultField);
}
