/**
 * Brings a box up that is off: by its owner's wish, or because its host or its memory let it down. Its environment went with the power,
 * and comes again before anybody gets in; AI tokens were for its first run alone.
 */
import { aiTokenNames, aiTokenVariables } from "../../lib/domain/devbox-inputs.ts";
import type { Step } from "../runner/pipeline.ts";
import { awaitBoot } from "./await-boot.ts";
import { bootNotes } from "./boot-notes.ts";
import { environmentWords } from "./inject-credentials.ts";
import { writeEnvironment } from "./write-environment.ts";

export const start: Step = {
	name: "start",
	timeoutMs: 180_000,
	attemptsMax: 3,
	async run(ctx) {
		const host = ctx.host();
		const { instance: name, signal, devbox } = ctx;
		// Links from before lead into a machine that is gone.
		if (devbox.power === "off") host.links.drop(name);
		await host.engine.start({ name, signal });
		const report = await awaitBoot({ host, instance: name, hostName: devbox.name, signal });
		const inputs = await ctx.inputs();
		const link = await host.links.get({ instance: name, user: "root", signal });
		await writeEnvironment({ link, entries: Object.entries(inputs.env), signal });
		const message = [
			`Machine ${name} runs on host ${host.name}.`,
			...bootNotes(report),
			environmentWords(inputs),
			...inputs.aiTools.map(
				(tool) => `${aiTokenNames[tool]} not present: ${aiTokenVariables[tool]} lasted until the box's first restart.`,
			),
		]
			.filter(Boolean)
			.join("\n");
		const set = { power: "running", address: report.address } as const;
		// A box that came back by itself stays `ready`, and keeps the reason why it was off.
		if (devbox.state === "ready") return { message, box: { from: ["ready"], set } };
		return { message, box: { from: ["stopped"], to: "ready", set: { ...set, readyAt: "now", reason: null } } };
	},
	async undo(ctx) {
		const host = ctx.host();
		host.links.drop(ctx.instance);
		await host.engine.stop({ name: ctx.instance, graceMs: 0, signal: ctx.signal });
	},
};
