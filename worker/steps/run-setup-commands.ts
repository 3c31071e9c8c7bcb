import type { Step } from "../runner/pipeline.ts";

export const runSetupCommands: Step = {
	name: "run_setup_commands",
	timeoutMs: 30_000,
	attemptsMax: 3,
	async run() {
		return { message: "No setup commands were asked for." };
	},
};
