/** One step: the environment anew. A box whose refresh fails goes on with what it has, and the operation says why. */
import type { Pipeline } from "../runner/pipeline.ts";
import { refreshEnvironment as refreshStep } from "../steps/refresh-environment.ts";

export const refreshEnvironment: Pipeline = {
	name: "refresh-environment",
	wants: ["running"],
	steps: [refreshStep],
	onFailure: () => ({ isUndone: false }),
};
