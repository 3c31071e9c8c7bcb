/**
 * The life of a devbox as a table. There are exactly six states, and progress is steps, never a state. Code, tests, docs and UI
 * read this table; whoever changes a state does it by compare-and-set on (id, from, fence).
 */
export const devboxStates = ["requested", "provisioning", "ready", "stopped", "destroyed", "failed"] as const;
export type DevboxState = (typeof devboxStates)[number];

export const powerStates = ["off", "running", "suspended"] as const;
export type PowerState = (typeof powerStates)[number];

/** What the owner wants. A box that is off without its owner's will comes back. */
export const desiredStates = ["running", "stopped", "destroyed"] as const;
export type DesiredState = (typeof desiredStates)[number];

export const devboxTransitions = {
	requested: ["provisioning", "failed", "destroyed"],
	provisioning: ["ready", "failed", "destroyed", "requested"],
	ready: ["stopped", "failed", "destroyed"],
	stopped: ["ready", "failed", "destroyed"],
	failed: ["destroyed"],
	destroyed: [],
} as const satisfies Record<DevboxState, readonly DevboxState[]>;

export function canTransition(from: DevboxState, to: DevboxState): boolean {
	return (devboxTransitions[from] as readonly DevboxState[]).includes(to);
}

/** Nothing more will happen by itself. */
export function isTerminal(state: DevboxState): boolean {
	return state === "destroyed" || state === "failed";
}

export const devboxActions = ["open_terminal", "stop", "start", "destroy"] as const;
export type DevboxAction = (typeof devboxActions)[number];

type ActionInput = { state: DevboxState; power: PowerState; desiredState: DesiredState };

/** What a user may do with a box in this state: the API refuses the rest, the UI does not offer it. */
export function allowedActions(box: ActionInput): DevboxAction[] {
	if (box.state === "destroyed" || box.desiredState === "destroyed") return [];
	const actions: DevboxAction[] = [];
	const isOn = box.power !== "off";
	if ((box.state === "ready" || box.state === "failed") && isOn) actions.push("open_terminal");
	if (box.state === "ready" && box.desiredState === "running") actions.push("stop");
	if (box.state === "stopped" && box.desiredState === "stopped") actions.push("start");
	actions.push("destroy");
	return actions;
}
