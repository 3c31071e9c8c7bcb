/**
 * Brings the box its environment, and the AI tokens that were asked for. The tokens are forgotten in the same write that says that
 * they arrived: before it, another worker can bring them again; after it, the box alone has them, until its first restart.
 */
import { type AiTool, aiTokenNames, aiTokenVariables } from "../../lib/domain/devbox-inputs.ts";
import type { Step } from "../runner/pipeline.ts";
import type { RunInputs } from "../runner/run-inputs.ts";
import { writeEnvironment } from "./write-environment.ts";

export const injectCredentials: Step = {
	name: "inject_credentials",
	timeoutMs: 30_000,
	attemptsMax: 3,
	async run(ctx) {
		const inputs = await ctx.inputs();
		const tokens = inputs.aiTools.flatMap((tool) => {
			const token = inputs.aiTokens[tool];
			return token === undefined ? [] : [[aiTokenVariables[tool], token] as const];
		});
		const link = await ctx.host().links.get({ instance: ctx.instance, user: "root", signal: ctx.signal });
		await writeEnvironment({ link, entries: [...Object.entries(inputs.env), ...tokens], signal: ctx.signal });
		return { message: messageOf(inputs), forgetAiTokens: true };
	},
};

function messageOf(inputs: RunInputs): string {
	const parts = [environmentWords(inputs), ...inputs.aiTools.map((tool) => tokenWords(tool, inputs))].filter(Boolean);
	return parts.length ? parts.join("\n") : "No credentials were asked for; the environment is empty.";
}

/** Names alone: values are for the box. */
export function environmentWords({ env }: Pick<RunInputs, "env">): string {
	const names = Object.keys(env);
	if (names.length === 0) return "";
	return `Environment: ${names.length} ${names.length === 1 ? "variable" : "variables"} (${names.join(", ")}).`;
}

function tokenWords(tool: AiTool, { aiTokens }: RunInputs): string {
	const name = aiTokenNames[tool];
	if (aiTokens[tool] === undefined)
		return `${name}: asked for, but none came with the request (header X-${name.replace(" t", "-T")}).`;
	return `${name}: injected as ${aiTokenVariables[tool]} and deleted from the database. It lasts until the box's first restart.`;
}
