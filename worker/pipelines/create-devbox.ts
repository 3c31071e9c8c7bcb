/**
 * From a request to a machine that its owner can use:
 *
 * 1. provision: a host, a copy of the image, its start, its systemd's answer.
 * 2. inject_credentials: the environment.
 * 3. join_tailscale, where it joins a tailnet: what follows may need what is there.
 * 4. clone_repositories.
 * 5. apply_personal_settings, where its owner has any: it warns, and never fails the box.
 * 6. run_setup_commands.
 * 7. restrict_network, where its policy allows more for the setup.
 * 8. publish_access: the box is `ready`.
 *
 * When 1 or 2 fails nothing stays behind, not even the name. When a later one fails, the box stays for an hour to be looked into.
 */
import { failedKeepMs, stepsThatLeaveNothing } from "../../lib/domain/pipelines.ts";
import type { Pipeline } from "../runner/pipeline.ts";
import { applyPersonalSettings } from "../steps/apply-personal-settings.ts";
import { cloneRepositories } from "../steps/clone-repositories.ts";
import { injectCredentials } from "../steps/inject-credentials.ts";
import { joinTailscale } from "../steps/join-tailscale.ts";
import { provision } from "../steps/provision.ts";
import { publishAccess } from "../steps/publish-access.ts";
import { restrictNetwork } from "../steps/restrict-network.ts";
import { runSetupCommands } from "../steps/run-setup-commands.ts";
import { failureReason } from "./failure-reason.ts";

export const createDevbox: Pipeline = {
	name: "create-devbox",
	wants: ["running"],
	steps: [
		provision,
		injectCredentials,
		joinTailscale,
		cloneRepositories,
		applyPersonalSettings,
		runSetupCommands,
		restrictNetwork,
		publishAccess,
	],
	whileWaiting: { from: ["requested", "provisioning"], to: "requested" },
	onFailure({ step, message }) {
		const reason = failureReason(step, message);
		const from = ["requested", "provisioning"] as const;
		if (stepsThatLeaveNothing.includes(step))
			return {
				isUndone: true,
				box: { from, to: "failed", set: { power: "off", address: null, reason, releasedAt: "now" } },
			};
		return { isUndone: false, box: { from, to: "failed", set: { reason, keepForMs: failedKeepMs } } };
	},
};
