/** The draft of a devbox like one that there is: what it was made from, as the create dialog holds it. */
import type { DevboxInputsResponse } from "@/lib/contract/made-from.ts";
import type { WorkspaceDefaultsResponse } from "@/lib/contract/workspace-defaults.ts";
import type { PolicyAsk } from "@/lib/domain/egress-policy.ts";
import { policyDraftOf } from "../../network/policy-draft.ts";
import {
	type CreateBody,
	type CreateDraft,
	emptyDraft,
	type RepositoryDraft,
	type VariableDraft,
} from "./create-draft.ts";

/** What stands in the draft from the beginning, and what nobody but its maker knows: variables and tokens to be given again. */
export type Likeness = { name: string; start: Omit<CreateDraft, "name">; missing: string[] };

/** What is locked today is left to the server: it goes whatever the other devbox had. */
export function likenessOf(name: string, inputs: DevboxInputsResponse, defaults: WorkspaceDefaultsResponse): Likeness {
	const request = inputs.request as CreateBody;
	const { image, size, setup_timeout_seconds, auto_stop_idle_timeout, expires_after, network_policy } = request;
	const open = <T>(field: keyof WorkspaceDefaultsResponse, value: T): T | undefined =>
		isLocked(defaults, field) ? undefined : value;
	const isRepositoryLocked = isLocked(defaults, "repository");
	return {
		name,
		start: {
			...emptyDraft,
			image: open("image", image),
			size: open("size", size),
			repository: isRepositoryLocked ? undefined : (request.repository ?? ""),
			branch: isRepositoryLocked ? undefined : request.branch,
			repositories: isRepositoryLocked ? [] : (request.repositories ?? []).map(repositoryDraft),
			env: variablesOf(inputs),
			setup_commands: open("setup_commands", inputs.setup_commands.map(oneLine).join("\n")),
			setup_timeout_seconds: open("setup_timeout_seconds", setup_timeout_seconds?.toString()),
			auto_stop_idle_timeout: open("auto_stop_idle_timeout", auto_stop_idle_timeout),
			expires_after: open("expires_after", expires_after),
			network_policy: network_policy ? open("network_policy", policyDraftOf(network_policy as PolicyAsk)) : undefined,
			access_mode: request.access_mode ?? "private",
		},
		missing: inputs.missing.map((what) => what.replace(/^env\./, "")),
	};
}

function isLocked(defaults: WorkspaceDefaultsResponse, field: keyof WorkspaceDefaultsResponse): boolean {
	const standing = defaults[field];
	return typeof standing === "object" && standing !== null && "locked" in standing && standing.locked === true;
}

function repositoryDraft(one: NonNullable<CreateBody["repositories"]>[number]): RepositoryDraft {
	const { repo_id, full_name, ref, target_path, depth, submodules, push } = one;
	return {
		repo_id: repo_id ?? 0,
		full_name: full_name ?? "",
		ref: ref ?? "",
		target_path: target_path ?? "",
		is_shallow: depth === 1,
		submodules: submodules === true,
		push: push === true,
	};
}

/** What is in all boxes comes by itself; of a value only its name is known. */
function variablesOf({ variables }: DevboxInputsResponse): VariableDraft[] {
	return variables.flatMap(({ name, source, secret }): VariableDraft[] => {
		if (source === "value") return [{ name, value: "", secret_id: "", isWanted: true }];
		if (!secret || secret.is_inherited) return [];
		// Its secret was deleted since: the name is left, for another one or a value.
		return [{ name, value: "", secret_id: secret.scope === null ? "" : secret.id, isWanted: true }];
	});
}

/** The dialog has one command a line. bash, which runs them, reads this as the lines that it was. */
function oneLine(command: string): string {
	if (!/[\n\r]/.test(command)) return command;
	const quoted = command.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
	return `eval $'${quoted}'`;
}
