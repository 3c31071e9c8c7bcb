import type { Step } from "../runner/pipeline.ts";

export const cloneRepositories: Step = {
	name: "clone_repositories",
	timeoutMs: 30_000,
	attemptsMax: 3,
	async run() {
		return { message: "No repositories were asked for." };
	},
};
