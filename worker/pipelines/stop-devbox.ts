/** One step: stop. While it fails the box stays as it is and says why; the wish stands, and a loop queues it again. */
import type { Pipeline } from "../runner/pipeline.ts";
import { stop } from "../steps/stop.ts";
import { failureReason } from "./failure-reason.ts";

export const stopDevbox: Pipeline = {
	name: "stop-devbox",
	wants: ["stopped"],
	steps: [stop],
	onFailure: ({ step, message }) => ({
		isUndone: false,
		box: { from: ["ready"], set: { reason: failureReason(step, message) } },
	}),
};
