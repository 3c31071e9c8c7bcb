/**
 * Brings a box up that is off: by its owner's wish, or because its host or its memory let it down. Its environment went with the power,
 * and comes again before anybody gets in, with the newest of its secrets; AI tokens come again only when they were given again.
 */
import { aiTokenWords, environmentWords } from "../../lib/usecases/environment/environment-words.ts";
import type { Step } from "../runner/pipeline.ts";
import { joinTailnet } from "../tailscale/join-tailnet.ts";
import { awaitBoot } from "./await-boot.ts";
import { bootNotes } from "./boot-notes.ts";
import { settledAiTokens } from "./settled-ai-tokens.ts";

export const start: Step = {
	name: "start",
	timeoutMs: 270_000,
	attemptsMax: 3,
	async run(ctx) {
		const host = ctx.host();
		const { instance: name, signal, devbox } = ctx;
		// Links from before lead into a machine that is gone.
		if (devbox.power === "off") host.links.drop(name);
		await ctx.settleNetwork();
		await host.engine.start({ name, signal });
		const report = await awaitBoot({ host, instance: name, hostName: devbox.name, signal });
		const link = await host.links.get({ instance: name, user: "root", signal });
		const brought = await ctx.bringEnvironment({ link, isRunningOn: false, failsWithout: false });
		await ctx.tellNetwork();
		const joined = await joinTailnet(ctx);
		const message = [
			...(joined?.startsWith("Warning") ? [joined] : []),
			`Machine ${name} runs on host ${host.name}.`,
			...bootNotes(report),
			...(joined && !joined.startsWith("Warning") ? [joined] : []),
			...(brought ? [...environmentWords(brought.environment), ...aiTokenWords(brought, brought.aiTokensPresent)] : []),
		].join("\n");
		const aiTokens = settledAiTokens(brought);
		const set = { power: "running", address: report.address } as const;
		// A box that came back by itself stays `ready`, and keeps the reason why it was off.
		if (devbox.state === "ready") return { message, aiTokens, box: { from: ["ready"], set } };
		return {
			message,
			aiTokens,
			box: { from: ["stopped"], to: "ready", set: { ...set, readyAt: "now", reason: null } },
		};
	},
	async undo(ctx) {
		const host = ctx.host();
		host.links.drop(ctx.instance);
		await host.engine.stop({ name: ctx.instance, graceMs: 0, signal: ctx.signal });
	},
};
