/**
 * Brings a running box the newest of its secrets, and AI tokens that were given again. What runs in it keeps the environment that it
 * was started with: no program's can be changed from outside.
 */

import { aiTokenWords, environmentWords } from "../../lib/usecases/environment/environment-words.ts";
import type { Step } from "../runner/pipeline.ts";
import { settledAiTokens } from "./settled-ai-tokens.ts";

export const refreshEnvironment: Step = {
	name: "refresh_environment",
	timeoutMs: 30_000,
	attemptsMax: 3,
	async run(ctx) {
		if (ctx.devbox.state !== "ready" || ctx.devbox.power === "off")
			return { message: "The machine is off: its next start brings it what is newest." };
		const link = await ctx.host().links.get({ instance: ctx.instance, user: "root", signal: ctx.signal });
		const brought = await ctx.bringEnvironment({ link, isRunningOn: true, failsWithout: false });
		if (!brought) return { message: "The environment is empty: nothing was asked for." };
		const { environment } = brought;
		const given = environment.aiTools.filter((tool) => environment.aiTokens[tool] !== undefined);
		const words = [...environmentWords(environment), ...aiTokenWords(brought, given)];
		return {
			message: [...words, "New shells and commands get it; programs that run keep what they had."].join("\n"),
			aiTokens: settledAiTokens(brought),
		};
	},
};
