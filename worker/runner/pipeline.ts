/** The shapes of durable work: a pipeline is a value, a step is a value, and the context is all that a step may touch. */
import type { DevboxChange } from "../../lib/db/claimed-run.ts";
import type { SettledAiTokens } from "../../lib/db/devbox-inputs.ts";
import type { CloneState, RunRepository } from "../../lib/db/devbox-repositories.ts";
import type { PlaceableHost, PlacementDecision } from "../../lib/db/place-devbox.ts";
import type { RunDevbox, RunOperation } from "../../lib/db/run-rows.ts";
import type { AuditEvent } from "../../lib/domain/audit.ts";
import type { BoxLink } from "../../lib/domain/box-link.ts";
import type { DesiredState } from "../../lib/domain/devbox-state.ts";
import type { GithubAccess } from "../../lib/domain/github-access.ts";
import type { PersonalSettings } from "../../lib/domain/personal-settings.ts";
import type { PipelineName, StepName } from "../../lib/domain/pipelines.ts";
import type { InstanceLabels, InstanceNetwork } from "../../lib/engines/engine.ts";
import type { MirrorStore } from "../../lib/git/mirror-store.ts";
import type { Log } from "../../lib/log/log.ts";
import type { Brought } from "../../lib/usecases/environment/bring-environment.ts";
import type { HostAccess } from "../hosts.ts";
import type { TailnetDesk } from "../tailscale/tailnet-desk.ts";
import type { RunInputs } from "./run-inputs.ts";

export type StepContext = {
	/** As the row was when the step began, or at the last `place`. */
	readonly devbox: RunDevbox;
	/** Name of the instance on its host. */
	readonly instance: string;
	readonly labels: InstanceLabels;
	/** Ends when the claim is lost, the step's time is up, or this process shuts down. */
	readonly signal: AbortSignal;
	readonly log: Log;
	/** The host that the box is placed on. Throws WaitFor when it is not known (any more). */
	host(): HostAccess;
	/** Chooses a host and writes it with the state `provisioning`. */
	place(decide: (hosts: PlaceableHost[]) => PlacementDecision): Promise<PlacementDecision>;
	change(box: DevboxChange): Promise<void>;
	progress(message: string): Promise<void>;
	inputs(): Promise<RunInputs>;
	/** Brings the box its environment over root's `link`. Throws AppError `conflict` for sealed values that are not this box's. */
	bringEnvironment(o: { link: BoxLink; isRunningOn: boolean; failsWithout: boolean }): Promise<Brought | null>;
	repositories(): Promise<RunRepository[]>;
	/** Of the box's owner, as they are now. */
	personalSettings(): Promise<PersonalSettings>;
	writeClone(clone: CloneState): Promise<void>;
	/** What the box's owner has access to. */
	readonly github: GithubAccess;
	readonly githubUrl: string;
	readonly mirrors: MirrorStore;
	/** What the box joins. */
	readonly tailnet: TailnetDesk;
	/** Tells the audit log what was done for this box, as its owner. */
	audit(event: Pick<AuditEvent, "action" | "outcome" | "detail">): Promise<void>;
	/** Where the box's interface has to stand; takes a place on the host's fence for a box with a policy. */
	wantedNetwork(): Promise<InstanceNetwork>;
	/** Resolves when the host's egress filter enforces what the rows say. */
	enforcePolicies(): Promise<void>;
	/** Its policy alone holds from now on: `enforcePolicies` brings it about. */
	endNetworkSetup(): Promise<void>;
	/**
	 * For a box that is there: moves its interface where its policy wants it, the policy first. `isJustEnforced`: only a policy that has
	 * changed since is brought into the filter again.
	 */
	settleNetwork(settle?: { isJustEnforced?: boolean }): Promise<void>;
	/** Writes its network policy into the box, where it has one. */
	tellNetwork(): Promise<void>;
	/** For a canary: tries what no box may do and writes the report. Answers the result in a line. */
	auditIsolation(): Promise<string>;
	/** Takes away what an audit that broke off left on the host. */
	endAudit(): Promise<void>;
	/** Ends what is left of the box on our side: tickets that nobody spent. */
	endTickets(): Promise<void>;
};

/** What happened, for the operation's message; the rest is written in the same statement as the step's success. */
export type StepResult = {
	message: string;
	box?: DevboxChange;
	/** They are where they are needed now, so that the database need not hold them. */
	aiTokens?: SettledAiTokens;
};

export type Step = {
	name: StepName;
	/** For one attempt. */
	timeoutMs: number;
	/** Attempts that may end in a retryable error; waits for an engine that is down do not count. */
	attemptsMax: number;
	/** Find-or-create: it may run again from its start after it ran to any of its lines. */
	run(ctx: StepContext): Promise<StepResult>;
	/** Takes back whatever `run` may have made; registered before `run` acts. */
	undo?(ctx: StepContext): Promise<void>;
};

export type FailurePlan = {
	/** Whether the undos of the steps so far run, last first. */
	isUndone: boolean;
	/** Written when all is undone, together with the run's end. */
	box?: DevboxChange;
};

export type Pipeline = {
	name: PipelineName;
	/** A run whose box is meant to be something else by now is void, and ends `cancelled`. */
	wants: readonly DesiredState[];
	steps: readonly Step[];
	/** How the box is while a step waits for an engine that is down. */
	whileWaiting?: DevboxChange;
	onFailure(o: { step: StepName; message: string; devbox: RunDevbox }): FailurePlan;
};

/** The step that an operation is a row of. */
export function stepOf(pipeline: Pipeline, operation: RunOperation): Step {
	const step = pipeline.steps.find((candidate) => candidate.name === operation.step);
	if (!step) throw new Error(`Pipeline ${pipeline.name} has no step ${operation.step}`);
	return step;
}
