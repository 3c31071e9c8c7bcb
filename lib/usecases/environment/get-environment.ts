import type { EnvironmentResponse, VariableResponse } from "../../contract/environment.ts";
import { getDevboxRow } from "../../db/devboxes.ts";
import { listVariableRows, readAiTokenState, type SecretVariableRow } from "../../db/environment-names.ts";
import type { Actor } from "../../domain/actor.ts";
import { type AiTool, aiTokenNames, aiTokenVariables } from "../../domain/devbox-inputs.ts";
import type { Deps } from "../deps.ts";
import { iso } from "../devboxes/devbox-response.ts";

/** Names and where they are from. Values are in the box alone. */
export async function getEnvironment(
	{ db }: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<EnvironmentResponse> {
	const devbox = await getDevboxRow(db, actor, input.params.id);
	const [secrets, inputs] = await Promise.all([listVariableRows(db, devbox.id), readAiTokenState(db, devbox.id)]);
	const literal = (inputs?.envNames ?? []).map((name) => ({ name, source: "value" as const, secret: null }));
	const isRunning = devbox.state === "ready" && devbox.power !== "off";
	const present = isRunning ? (inputs?.aiTokensPresent ?? []) : [];
	const tools = (Object.keys(aiTokenVariables) as AiTool[]).filter(
		(tool) => present.includes(tool) || inputs?.aiTools.includes(tool),
	);
	const tokens = present.map((tool) => ({ name: aiTokenVariables[tool], source: "ai_token" as const, secret: null }));
	return {
		data: [...literal, ...secrets.map(toVariable), ...tokens],
		ai_tokens: tools.map((tool) => aiTokenOf(tool, { present, isWaiting: inputs?.areAiTokensWaiting ?? false })),
		is_stale: isRunning && secrets.some(isStale),
	};
}

const isStale = (row: SecretVariableRow): boolean =>
	row.version !== null && row.newestVersion !== null && row.version < row.newestVersion;

function toVariable(row: SecretVariableRow): VariableResponse {
	return {
		name: row.envName,
		source: "secret",
		secret: {
			id: row.secretId,
			name: row.secretName,
			scope: row.isThere ? (row.isWorkspace ? "workspace" : "user") : null,
			is_inherited: row.isInherited,
			version_id: row.versionId,
			version: row.version,
			newest_version: row.newestVersion,
			injected_at: iso(row.lastUsedAt),
		},
	};
}

function aiTokenOf(
	tool: AiTool,
	o: { present: readonly AiTool[]; isWaiting: boolean },
): EnvironmentResponse["ai_tokens"][number] {
	const name = aiTokenNames[tool];
	const variable = aiTokenVariables[tool];
	if (o.present.includes(tool))
		return { tool, variable, state: "present", message: `${name} present, until the box's next restart` };
	if (o.isWaiting) return { tool, variable, state: "waiting", message: `${name} waits to be brought in` };
	return { tool, variable, state: "not_present", message: `${name} not present` };
}
