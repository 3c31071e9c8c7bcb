/**
 * One step: start. A box that does not come up is powered off again and stays `stopped` with its files, so that its owner can read
 * why and try again; it is never reaped for that.
 */
import type { Pipeline } from "../runner/pipeline.ts";
import { start } from "../steps/start.ts";
import { failureReason } from "./failure-reason.ts";

export const startDevbox: Pipeline = {
	name: "start-devbox",
	wants: ["running"],
	steps: [start],
	onFailure: ({ step, message }) => ({
		isUndone: true,
		box: {
			from: ["ready", "stopped"],
			to: "stopped",
			set: { power: "off", address: null, desiredState: "stopped", reason: failureReason(step, message) },
		},
	}),
};
