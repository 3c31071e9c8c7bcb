/** What a step says of an environment: names alone, values are for the box. */
import { counted } from "../../domain/counted.ts";
import { type AiTool, aiTokenNames, aiTokenVariables } from "../../domain/devbox-inputs.ts";
import type { Brought } from "./bring-environment.ts";
import type { BoxEnvironment } from "./read-environment.ts";

export function environmentWords(environment: BoxEnvironment | null): string[] {
	if (!environment) return [];
	const { values, secrets, missing } = environment;
	const names = [...Object.keys(values), ...secrets.map(({ envName }) => envName)];
	const lines: string[] = [];
	if (names.length > 0) lines.push(`Environment: ${counted(names.length, "variable")} (${names.join(", ")}).`);
	if (secrets.length > 0) {
		const which = secrets.map(({ envName, secretName, version }) => `${envName} = ${secretName}, version ${version}`);
		lines.push(`From ${counted(secrets.length, "secret")}: ${which.join("; ")}.`);
	}
	for (const { envName, secretName, secretId } of missing)
		lines.push(`${envName} is not set: its secret ${secretName} (${secretId}) was deleted.`);
	return lines;
}

/** Of the tools that were asked for, and of what is there. */
export function aiTokenWords(brought: Brought, given: readonly AiTool[]): string[] {
	const { environment, aiTokensPresent } = brought;
	const tools = new Set([...environment.aiTools, ...aiTokensPresent]);
	return [...tools].map((tool) => {
		const name = aiTokenNames[tool];
		if (given.includes(tool))
			return `${name}: injected as ${aiTokenVariables[tool]} and deleted from the database. It lasts until the box's next restart.`;
		if (aiTokensPresent.includes(tool)) return `${name}: still there as ${aiTokenVariables[tool]}.`;
		return `${name} not present: ${aiTokenVariables[tool]} lasts until a box's restart. Give it again on the box's page, or keep it as a secret.`;
	});
}
