/** What becomes of the devboxes of somebody who is removed or disabled: asked before, to say it, and when it is done. */
import type { DesiredState, DevboxState } from "./devbox-state.ts";

export const departureChoices = ["stop", "destroy", "transfer"] as const;
export type DepartureChoice = (typeof departureChoices)[number];

export const departureOutcomes = ["kept", "stopped", "transferred", "destroyed"] as const;
export type DepartureOutcome = (typeof departureOutcomes)[number];

type DepartingBox = { state: DevboxState; desiredState: DesiredState };

/**
 * A box that is still being made, or failed, has nothing to keep: it is destroyed whatever was chosen. One that is handed over is
 * stopped, so that nothing which the leaver started goes on in it.
 */
export function departureOutcome(box: DepartingBox, choice: DepartureChoice): DepartureOutcome {
	const isWhole = box.state === "ready" || box.state === "stopped";
	if (choice === "destroy" || !isWhole) return "destroyed";
	if (choice === "transfer") return "transferred";
	return box.state === "stopped" && box.desiredState === "stopped" ? "kept" : "stopped";
}
