/**
 * Brings the box its environment: values, the newest of its secrets, and the AI tokens that were asked for. The tokens are forgotten in
 * the same write that says that they arrived: before it, another worker can bring them again; after it, the box alone has them, until
 * its first restart.
 */
import { type AiTool, aiTokenNames } from "../../lib/domain/devbox-inputs.ts";
import type { Brought } from "../../lib/usecases/environment/bring-environment.ts";
import { aiTokenWords, environmentWords } from "../../lib/usecases/environment/environment-words.ts";
import type { Step } from "../runner/pipeline.ts";
import { settledAiTokens } from "./settled-ai-tokens.ts";

export const injectCredentials: Step = {
	name: "inject_credentials",
	timeoutMs: 30_000,
	attemptsMax: 3,
	async run(ctx) {
		const link = await ctx.host().links.get({ instance: ctx.instance, user: "root", signal: ctx.signal });
		const brought = await ctx.bringEnvironment({ link, isRunningOn: false, failsWithout: true });
		await ctx.tellNetwork();
		return { message: messageOf(brought), aiTokens: settledAiTokens(brought) };
	},
};

function messageOf(brought: Brought | null): string {
	if (!brought) return nothingWords;
	const { environment, aiTokensPresent } = brought;
	const isGiven = (tool: AiTool) => aiTokensPresent.includes(tool);
	const parts = [
		...environmentWords(environment),
		...aiTokenWords({ ...brought, environment: { ...environment, aiTools: [] } }, aiTokensPresent),
		...environment.aiTools.filter((tool) => !isGiven(tool)).map(notGivenWords),
	];
	return parts.length ? parts.join("\n") : nothingWords;
}

const nothingWords = "No credentials were asked for; the environment is empty.";

function notGivenWords(tool: AiTool): string {
	const name = aiTokenNames[tool];
	return `${name}: asked for, but none came with the request (header X-${name.replace(" t", "-T")}).`;
}
