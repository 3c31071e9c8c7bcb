import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { type StepName, stepLabels } from "@/lib/domain/pipelines.ts";

export type Tone = "good" | "working" | "warning" | "bad" | "neutral";
export type DevboxStatus = {
	kind:
		| "requested"
		| "provisioning"
		| "ready"
		| "suspended"
		| "stopping"
		| "starting"
		| "stopped"
		| "failed"
		| "destroying"
		| "destroyed";
	label: string;
	tone: Tone;
	/** Something moves by itself. */
	isBusy: boolean;
};

type StatusInput = Pick<DevboxResponse, "state" | "power" | "desired_state">;

/** What a person calls the state: the six states of the API, with the intent that is on its way. */
export function devboxStatus(box: StatusInput): DevboxStatus {
	if (box.state === "destroyed") return { kind: "destroyed", label: "Destroyed", tone: "neutral", isBusy: false };
	if (box.desired_state === "destroyed")
		return { kind: "destroying", label: "Destroying", tone: "working", isBusy: true };
	if (box.state === "requested") return { kind: "requested", label: "Requested", tone: "working", isBusy: true };
	if (box.state === "provisioning")
		return { kind: "provisioning", label: "Provisioning", tone: "working", isBusy: true };
	if (box.state === "failed") return { kind: "failed", label: "Failed", tone: "bad", isBusy: false };
	if (box.state === "ready" && box.desired_state === "stopped")
		return { kind: "stopping", label: "Stopping", tone: "working", isBusy: true };
	if (box.state === "stopped" && box.desired_state === "running")
		return { kind: "starting", label: "Starting", tone: "working", isBusy: true };
	if (box.state === "stopped") return { kind: "stopped", label: "Stopped", tone: "neutral", isBusy: false };
	if (box.power === "suspended") return { kind: "suspended", label: "Suspended", tone: "neutral", isBusy: false };
	return { kind: "ready", label: "Ready", tone: "good", isBusy: false };
}

/** A step's name in the timeline; one that this page does not know yet is shown as it is. */
export function stepLabel(step: string): string {
	if (step in stepLabels) return stepLabels[step as StepName];
	return step.replaceAll("_", " ");
}

export const statusKinds = [
	"requested",
	"provisioning",
	"ready",
	"starting",
	"stopping",
	"stopped",
	"failed",
	"suspended",
] as const;
