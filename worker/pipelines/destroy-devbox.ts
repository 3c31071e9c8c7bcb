/** One step: destroy. It is a tombstone until the engine says that the instance is gone; a loop queues it again until then. */
import type { Pipeline } from "../runner/pipeline.ts";
import { destroy } from "../steps/destroy.ts";

export const destroyDevbox: Pipeline = {
	name: "destroy-devbox",
	wants: ["destroyed"],
	steps: [destroy],
	onFailure: () => ({ isUndone: false }),
};
