import { recordAudit } from "../../lib/db/audit-events.ts";
import { readRunRepositories, writeCloneState } from "../../lib/db/devbox-repositories.ts";
import { endNetworkSetup, readNetworkedBox } from "../../lib/db/host-network.ts";
import { placeDevbox } from "../../lib/db/place-devbox.ts";
import { readOwnerSettings } from "../../lib/db/user-settings.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import { bringEnvironment } from "../../lib/usecases/environment/bring-environment.ts";
import { auditHost } from "../isolation/audit-host.ts";
import { removeAuditPeer } from "../isolation/audit-peer.ts";
import { enforcePolicies } from "../network/enforce-policies.ts";
import { settleNetwork, wantedNetwork } from "../network/settle-network.ts";
import { writePolicyFile } from "../network/write-policy-file.ts";
import { openTailnetDesk } from "../tailscale/tailnet-desk.ts";
import type { StepContext } from "./pipeline.ts";
import type { RunInput } from "./run-input.ts";
import { readRunInputs } from "./run-inputs.ts";
import { WaitFor } from "./step-error.ts";

/** Reads the box anew and binds the journal's writes to this step. */
export async function openStepContext(
	{ run, deps }: Pick<RunInput, "run" | "deps">,
	o: { operationId: string; signal: AbortSignal },
): Promise<StepContext> {
	const { pool, sealer, patienceMs } = deps;
	let devbox = await run.readDevbox();
	const log = deps.log.child({ run: run.claim.runId, devbox: devbox.id });
	const hostOf = () => {
		const host = devbox.hostId ? deps.hosts.get(devbox.hostId) : null;
		if (host) return host;
		throw new WaitFor("Waiting for the devbox's host: this worker does not know it (yet).");
	};
	const networkContext = () => ({ db: deps.pool, host: hostOf(), installId: deps.installId, signal: o.signal });
	return {
		get devbox() {
			return devbox;
		},
		instance: instanceName(devbox.id),
		labels: { installId: deps.installId, devboxId: devbox.id },
		signal: o.signal,
		log,
		host: hostOf,
		async place(decide) {
			const decision = await placeDevbox(deps.pool, { claim: run.claim, decide });
			if (decision.kind === "host") {
				devbox = await run.readDevbox();
				// A host that was added a moment ago.
				if (!deps.hosts.get(decision.hostId)) await deps.hosts.refresh();
			}
			return decision;
		},
		change: (box) => run.change(box),
		progress: (message) => run.progress(o.operationId, message),
		inputs: () => readRunInputs({ pool, devboxId: devbox.id, patienceMs }),
		bringEnvironment: (bring) => {
			const box = { devboxId: devbox.id, devboxName: devbox.name };
			return bringEnvironment({ pool, sealer, patienceMs, ...box, ...bring, signal: o.signal });
		},
		repositories: () => readRunRepositories(pool, { devboxId: devbox.id, patienceMs }),
		personalSettings: () => readOwnerSettings(pool, { devboxId: devbox.id, patienceMs }),
		writeClone: (clone) => writeCloneState(pool, { claim: run.claim, clone, patienceMs }),
		github: deps.github,
		githubUrl: deps.githubUrl,
		mirrors: deps.mirrors,
		tailnet: openTailnetDesk({ pool, issuer: deps.issuer, devbox: () => devbox }),
		audit: (event) =>
			recordAudit(pool, {
				...event,
				workspaceId: devbox.workspaceId,
				actor: { kind: "system", userId: devbox.ownerId, login: devbox.ownerLogin },
				target: { kind: "devbox", id: devbox.id, name: devbox.name },
			}),
		wantedNetwork: () => wantedNetwork({ db: deps.pool, devboxId: devbox.id }),
		async enforcePolicies() {
			await enforcePolicies(networkContext());
		},
		endNetworkSetup: () => endNetworkSetup(deps.pool, { devboxId: devbox.id }),
		settleNetwork: (settle = {}) => settleNetwork({ ...networkContext(), ...settle, devboxId: devbox.id }),
		async tellNetwork() {
			const box = await readNetworkedBox(deps.pool, { devboxId: devbox.id });
			if (!box || box.policy.mode === "open") return;
			await writePolicyFile({ host: hostOf(), devboxId: devbox.id, policy: box.policy, signal: o.signal });
		},
		auditIsolation: () =>
			auditHost({
				...networkContext(),
				...{ devboxId: devbox.id, instance: instanceName(devbox.id), imageRef: devbox.imageRef, log },
				progress: (message) => run.progress(o.operationId, message),
			}),
		endAudit: () => removeAuditPeer({ engine: hostOf().engine }),
		async endTickets() {
			await deps.pool.query("DELETE FROM terminal_tickets WHERE devbox_id = $1", [devbox.id]);
		},
	};
}
