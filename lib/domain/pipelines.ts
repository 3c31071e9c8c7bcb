/**
 * The durable pipelines and their steps. A step is what the API lists as an operation. Of a create, apply_personal_settings and
 * restrict_network are rows only where there is something to do: clients of the published protocol know the five others.
 */
export const pipelines = {
	"create-devbox": [
		"provision",
		"inject_credentials",
		"join_tailscale",
		"clone_repositories",
		"apply_personal_settings",
		"run_setup_commands",
		"restrict_network",
		"publish_access",
	],
	"start-devbox": ["start"],
	"stop-devbox": ["stop"],
	"destroy-devbox": ["destroy"],
	"refresh-environment": ["refresh_environment"],
	"join-tailscale": ["join_tailscale"],
	"leave-tailscale": ["leave_tailscale"],
	/** Of a canary box, which nobody owns. */
	"audit-isolation": ["provision", "audit_isolation"],
} as const;

export type PipelineName = keyof typeof pipelines;
export type StepName = (typeof pipelines)[PipelineName][number];

export const operationStatuses = ["pending", "success", "failed", "deleted"] as const;
export type OperationStatus = (typeof operationStatuses)[number];

/** What the timeline calls a step. */
export const stepLabels = {
	provision: "Provision the machine",
	inject_credentials: "Inject credentials",
	join_tailscale: "Join the tailnet",
	leave_tailscale: "Leave the tailnet",
	clone_repositories: "Clone repositories",
	apply_personal_settings: "Apply personal settings",
	run_setup_commands: "Run setup commands",
	restrict_network: "Restrict the network",
	publish_access: "Publish access",
	start: "Start",
	stop: "Stop",
	destroy: "Destroy",
	refresh_environment: "Refresh the environment",
	audit_isolation: "Audit isolation",
} as const satisfies Record<StepName, string>;

/** After a failure in these steps nothing stays behind; later ones leave the box to look into. */
export const stepsThatLeaveNothing: readonly StepName[] = ["provision", "inject_credentials"];

/** How long a failed box stays to be looked into. */
export const failedKeepMs = 60 * 60 * 1000;
/** At most this much of a step's output is kept in its operation's message. */
export const messageMaxBytes = 16 * 1024;
