import type { DevboxResponse } from "../../contract/devboxes.ts";
import type { EnvironmentResponse } from "../../contract/environment.ts";
import type { DevboxInputsResponse } from "../../contract/made-from.ts";
import type { DevboxRepositoryResponse } from "../../contract/repositories.ts";
import { findSetup } from "../../db/devbox-inputs.ts";
import { getDevboxRow } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import { setupLimits } from "../../domain/devbox-inputs.ts";
import type { CreateDeps } from "../deps.ts";
import { getEnvironment } from "../environment/get-environment.ts";
import { toDevboxResponse } from "./devbox-response.ts";
import { listRepositories } from "./list-repositories.ts";

/** Its owner's to see. Commands are shown as they were given, like operations do; values of variables are in the box alone. */
export async function getDevboxInputs(
	deps: CreateDeps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<DevboxInputsResponse> {
	const row = await getDevboxRow(deps.db, actor, input.params.id);
	const [environment, repositories, setup] = await Promise.all([
		getEnvironment(deps, actor, input),
		listRepositories(deps, actor, input),
		findSetup(deps.db, row.id),
	]);
	const box = toDevboxResponse(row, deps, actor);
	const setup_commands = setup?.setupCommands ?? [];
	const setup_timeout_seconds = setup?.setupTimeoutSeconds ?? setupLimits.timeoutSecondsDefault;
	const { image, image_ref, size, access_mode, auto_stop_idle_timeout, expires_after } = box;
	return {
		image,
		image_ref,
		size,
		repositories: repositories.data,
		variables: environment.data,
		setup_commands,
		setup_timeout_seconds,
		origins: originsOf(box.resolved),
		request: {
			name: `${row.name.slice(0, 58)}-like`,
			...{ image, size, access_mode, auto_stop_idle_timeout, expires_after, setup_commands, setup_timeout_seconds },
			...(box.resolved?.network_policy && { network_policy: box.resolved.network_policy.value }),
			...repositoriesRequest(repositories.data, deps.githubUrl),
			env: environment.data.flatMap(({ name, secret }) =>
				secret && !secret.is_inherited ? [{ name, from_secret_id: secret.id }] : [],
			),
			credential_profile: {
				inject_claude_token: hasTool(environment, "claude"),
				inject_codex_token: hasTool(environment, "codex"),
			},
		},
		missing: missingOf(environment),
	};
}

function originsOf(resolved: DevboxResponse["resolved"]): Record<string, string> {
	return Object.fromEntries(Object.entries(resolved ?? {}).map(([name, { from }]) => [name, from]));
}

const hasTool = (environment: EnvironmentResponse, name: string) =>
	environment.ai_tokens.some(({ tool }) => tool === name);

/** Pinned to what was checked out, where that is known. */
function repositoriesRequest(all: readonly DevboxRepositoryResponse[], githubUrl: string) {
	const refOf = ({ commit, ref }: DevboxRepositoryResponse) => commit ?? (ref === "HEAD" ? undefined : ref);
	const elsewhere = all.find(({ url, full_name }) => url !== `${githubUrl}/${full_name}`);
	const repositories = all
		.filter((one) => one !== elsewhere)
		.map((one) => ({
			repo_id: one.repo_id,
			full_name: one.full_name,
			ref: refOf(one),
			target_path: one.target_path,
			depth: one.depth ?? undefined,
			submodules: one.submodules,
			push: one.push,
		}));
	if (!elsewhere) return { repositories };
	return { repositories, repository: elsewhere.url, branch: refOf(elsewhere) };
}

function missingOf(environment: EnvironmentResponse): string[] {
	const values = environment.data.filter(({ source }) => source === "value").map(({ name }) => `env.${name}`);
	return [
		...values,
		...environment.ai_tokens.map(({ tool }) => (tool === "claude" ? "X-Claude-Token" : "X-Codex-Token")),
	];
}
