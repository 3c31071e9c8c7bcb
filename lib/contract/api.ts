/** All of the public API, once. Routes, OpenAPI, SDK types, docs and the table test are made from this. */
import { accessSessionOperations } from "./access-sessions.ts";
import { auditOperations } from "./audit.ts";
import { devboxOperations } from "./devboxes.ts";
import { environmentOperations } from "./environment.ts";
import { execOperations } from "./execs.ts";
import { fileOperations } from "./files.ts";
import { githubOperations } from "./github.ts";
import { identityOperations } from "./identity.ts";
import { internalServiceOperations } from "./internal-services.ts";
import { invitationLinkOperations } from "./invitation-links.ts";
import { isolationOperations } from "./isolation.ts";
import { isolationEvidenceOperations } from "./isolation-evidence.ts";
import { madeFromOperations } from "./made-from.ts";
import { memberOperations } from "./members.ts";
import { networkOperations } from "./network.ts";
import { networkRequestOperations } from "./network-requests.ts";
import { onboardingOperations } from "./onboarding.ts";
import { personalSettingsOperations } from "./personal-settings.ts";
import { previewOperations } from "./previews.ts";
import { secretOperations } from "./secrets.ts";
import { sshKeyOperations } from "./ssh-keys.ts";
import { tailscaleOperations } from "./tailscale.ts";
import { tokenOperations } from "./tokens.ts";
import { workspaceOperations } from "./workspace.ts";
import { workspaceDefaultsOperations } from "./workspace-defaults.ts";

export const apiOperations = {
	...devboxOperations,
	...workspaceOperations,
	...invitationLinkOperations,
	...memberOperations,
	...workspaceDefaultsOperations,
	...onboardingOperations,
	...personalSettingsOperations,
	...tokenOperations,
	...networkOperations,
	...identityOperations,
	...isolationOperations,
	...isolationEvidenceOperations,
	...networkRequestOperations,
	...internalServiceOperations,
	...tailscaleOperations,
	...previewOperations,
	...sshKeyOperations,
	...githubOperations,
	...accessSessionOperations,
	...fileOperations,
	...execOperations,
	...auditOperations,
	...madeFromOperations,
	...secretOperations,
	...environmentOperations,
};

export type ApiOperationId = keyof typeof apiOperations;

export const apiBasePath = "/api/v1";
