/** What the create dialog holds while it is filled in, the request that it becomes, and where a problem of that request is shown. */
import type { z } from "zod";
import type { createDevboxForm } from "@/lib/contract/devboxes.ts";
import type { WorkspaceDefaultsResponse } from "@/lib/contract/workspace-defaults.ts";
import type { AccessMode } from "@/lib/domain/devbox-access.ts";
import type { IdleTimeout } from "@/lib/domain/lifetime-rules.ts";
import { type PolicyDraft, policyRequestOf } from "../../network/policy-draft.ts";

export type RepositoryDraft = {
	repo_id: number;
	full_name: string;
	ref: string;
	target_path: string;
	/** Without its history. */
	is_shallow: boolean;
	submodules: boolean;
	push: boolean;
};
/** Of a variable that carries a secret the value is empty. */
export type VariableDraft = {
	name: string;
	value: string;
	secret_id: string;
	/** The devbox that this one is to be like has it: an empty value is no answer. */
	isWanted?: boolean;
};

/** A field that is undefined was not touched: the workspace's default goes. */
export type CreateDraft = {
	name: string;
	image?: string | undefined;
	size?: string | undefined;
	repository?: string | undefined;
	branch?: string | undefined;
	repositories: RepositoryDraft[];
	env: VariableDraft[];
	/** One a line. */
	setup_commands?: string | undefined;
	setup_timeout_seconds?: string | undefined;
	auto_stop_idle_timeout?: string | undefined;
	expires_after?: string | undefined;
	network_policy?: PolicyDraft | undefined;
	tailscale?: "join" | "none" | undefined;
	access_mode: AccessMode;
	claude_token: string;
	codex_token: string;
};

export type CreateBody = z.input<typeof createDevboxForm>;
export type CreateOrder = { body: CreateBody; headers: Record<string, string> };
type ShownDefaults = Pick<WorkspaceDefaultsResponse, "repository">;

export const emptyDraft = {
	repositories: [],
	env: [],
	access_mode: "private",
	claude_token: "",
	codex_token: "",
} as const;

/** Whether the draft holds something else than it began with. A field that was put back is as one that was never touched. */
export function isChanged(
	draft: CreateDraft,
	start: { readonly [field in keyof CreateDraft]?: unknown } = {},
): boolean {
	const fields = Object.keys({ ...start, ...draft }) as (keyof CreateDraft)[];
	return fields.some((field) => JSON.stringify(draft[field]) !== JSON.stringify(start[field]));
}

/** Only what was touched: the rest is the server's to fill in, with the defaults as they are at that moment. */
export function createOrder(draft: CreateDraft, defaults: ShownDefaults | undefined): CreateOrder {
	const claude = draft.claude_token.trim();
	const codex = draft.codex_token.trim();
	const variables = filledVariables(draft);
	const repositories = draft.repositories.map(repositoryOrder);
	const body: CreateBody = {
		name: draft.name,
		...given("image", draft.image),
		...given("size", draft.size),
		...repositoryFields(draft, defaults),
		...(repositories.length ? { repositories } : {}),
		...(variables.length ? { env: environmentOf(variables) } : {}),
		...given("setup_commands", draft.setup_commands === undefined ? undefined : commandsOf(draft.setup_commands)),
		...given("setup_timeout_seconds", secondsOf(draft.setup_timeout_seconds)),
		...given("auto_stop_idle_timeout", draft.auto_stop_idle_timeout as IdleTimeout | undefined),
		...given("expires_after", draft.expires_after),
		...given("network_policy", draft.network_policy && policyRequestOf(draft.network_policy)),
		...given("tailscale", draft.tailscale && { enabled: draft.tailscale === "join" }),
		...(draft.access_mode === "private" ? {} : { access_mode: draft.access_mode }),
		...(claude || codex
			? { credential_profile: { inject_claude_token: claude !== "", inject_codex_token: codex !== "" } }
			: {}),
	};
	const headers = { ...(claude ? { "X-Claude-Token": claude } : {}), ...(codex ? { "X-Codex-Token": codex } : {}) };
	return { body, headers };
}

function filledVariables({ env }: CreateDraft): VariableDraft[] {
	return env.filter(({ name, value, secret_id }) => name !== "" || value !== "" || secret_id !== "");
}

/** A list where a secret is used or a name stands twice, which the contract refuses; else the map of the published protocol. */
function environmentOf(variables: readonly VariableDraft[]): NonNullable<CreateBody["env"]> {
	const isList = variables.some(({ secret_id }) => secret_id) || new Set(variables.map(nameOf)).size < variables.length;
	if (!isList) return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
	return variables.map(({ name, value, secret_id }) =>
		secret_id ? { name, from_secret_id: secret_id } : { name, value },
	);
}

const nameOf = ({ name }: VariableDraft) => name;

function given<K extends string, T>(name: K, value: T | undefined): { [N in K]?: T } {
	return (value === undefined ? {} : { [name]: value }) as { [N in K]?: T };
}

/** Further repositories would replace the default one: where it is shown beside them, it is asked for by name. */
function repositoryFields(draft: CreateDraft, defaults: ShownDefaults | undefined): Partial<CreateBody> {
	const standing = defaults?.repository.locked ? null : defaults?.repository.value;
	const needsNaming = draft.repository === undefined && draft.repositories.length > 0 && standing;
	const repository = draft.repository?.trim() ?? (needsNaming ? standing.url : undefined);
	const branch = draft.branch?.trim() ?? (needsNaming ? (standing.branch ?? "") : "");
	return { ...given("repository", repository), ...(branch && repository !== "" ? { branch } : {}) };
}

function repositoryOrder({ repo_id, full_name, ref, target_path, is_shallow, submodules, push }: RepositoryDraft) {
	return {
		...(is_shallow ? { depth: 1 } : {}),
		...(submodules ? { submodules } : {}),
		...(push ? { push } : {}),
		...(repo_id ? { repo_id } : {}),
		full_name: full_name.trim(),
		...(ref.trim() ? { ref: ref.trim() } : {}),
		...(target_path.trim() ? { target_path: target_path.trim() } : {}),
	};
}

export function commandsOf(text: string): string[] {
	return text.split("\n").filter((line) => line.trim() !== "");
}

/** What is no number goes on as it is, for the contract to refuse it. */
function secondsOf(text: string | undefined): number | undefined {
	return text === undefined || text.trim() === "" ? undefined : Number(text);
}

/** Values that only the maker of the other devbox knows, and that are not there yet. */
export function wantedProblems({ env }: CreateDraft): Problem[] {
	return env.flatMap(({ value, secret_id, isWanted }, index) =>
		isWanted && value === "" && secret_id === ""
			? [{ field: `env.${index}.name`, message: "Give its value again, choose a secret, or leave the variable out." }]
			: [],
	);
}

type Problem = { field: string; message: string };

/** Where the dialog shows what the contract or the server says about `path` of the request. */
export function problemAt(path: readonly (string | number)[], message: string, draft: CreateDraft): Problem {
	const [field = "", key] = path.map(String);
	switch (field) {
		case "plan":
			return { field: "size", message };
		case "no_checkout":
			return { field: "repository", message };
		case "X-Claude-Token":
		case "credential_profile":
			return { field: "claude_token", message };
		case "X-Codex-Token":
			return { field: "codex_token", message };
		case "setup_commands":
			return { field, message: key === undefined ? message : `Command ${Number(key) + 1}: ${message}` };
		case "env": {
			const listed = filledVariables(draft)[Number(key)];
			const index = draft.env.findIndex((variable) => variable === listed || variable.name === key);
			return index < 0 ? { field: "env.root", message } : { field: `env.${index}.name`, message };
		}
		case "repositories":
			return path.length < 2 ? { field: "repositories.root", message } : { field: path.join("."), message };
		default:
			return { field, message };
	}
}
