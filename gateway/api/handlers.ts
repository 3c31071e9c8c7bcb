/** Which use case does each operation of the contract. A missing line, or one whose types differ, does not compile. */
import { createAccessSession } from "../../lib/usecases/access-sessions/create-access-session.ts";
import { getSshGateway } from "../../lib/usecases/access-sessions/get-ssh-gateway.ts";
import { listAccessSessions } from "../../lib/usecases/access-sessions/list-access-sessions.ts";
import { revokeAccessSession } from "../../lib/usecases/access-sessions/revoke-access-session.ts";
import { listAuditEvents } from "../../lib/usecases/audit/list-audit-events.ts";
import { createDevbox } from "../../lib/usecases/devboxes/create-devbox.ts";
import { deleteDevbox } from "../../lib/usecases/devboxes/delete-devbox.ts";
import { getDevbox } from "../../lib/usecases/devboxes/get-devbox.ts";
import { getDevboxInputs } from "../../lib/usecases/devboxes/get-devbox-inputs.ts";
import { getMetrics } from "../../lib/usecases/devboxes/get-metrics.ts";
import { listDevboxes } from "../../lib/usecases/devboxes/list-devboxes.ts";
import { listOperations } from "../../lib/usecases/devboxes/list-operations.ts";
import { listPorts } from "../../lib/usecases/devboxes/list-ports.ts";
import { listRepositories } from "../../lib/usecases/devboxes/list-repositories.ts";
import { listWorkspaceDevboxes } from "../../lib/usecases/devboxes/list-workspace-devboxes.ts";
import { startDevbox } from "../../lib/usecases/devboxes/start-devbox.ts";
import { stopDevbox } from "../../lib/usecases/devboxes/stop-devbox.ts";
import { updateDevbox } from "../../lib/usecases/devboxes/update-devbox.ts";
import { getEnvironment } from "../../lib/usecases/environment/get-environment.ts";
import { refreshEnvironment } from "../../lib/usecases/environment/refresh-environment.ts";
import { setAiTokens } from "../../lib/usecases/environment/set-ai-tokens.ts";
import { cancelExec } from "../../lib/usecases/execs/cancel-exec.ts";
import { createExec } from "../../lib/usecases/execs/create-exec.ts";
import { getExec } from "../../lib/usecases/execs/get-exec.ts";
import { listExecs } from "../../lib/usecases/execs/list-execs.ts";
import { resizeExec } from "../../lib/usecases/execs/resize-exec.ts";
import { signalExec } from "../../lib/usecases/execs/signal-exec.ts";
import { listFiles } from "../../lib/usecases/files/list-files.ts";
import { makeDirectory } from "../../lib/usecases/files/make-directory.ts";
import { moveFile } from "../../lib/usecases/files/move-file.ts";
import { removeFile } from "../../lib/usecases/files/remove-file.ts";
import { statFile } from "../../lib/usecases/files/stat-file.ts";
import { connectGithub } from "../../lib/usecases/github/connect-github.ts";
import { disconnectGithub } from "../../lib/usecases/github/disconnect-github.ts";
import { getGithubConnection } from "../../lib/usecases/github/get-github-connection.ts";
import { getGithubSetup } from "../../lib/usecases/github/get-github-setup.ts";
import { grantGithubOrganizations } from "../../lib/usecases/github/grant-github-organizations.ts";
import { importGithubSshKeys } from "../../lib/usecases/github/import-github-ssh-keys.ts";
import { listGithubBranches } from "../../lib/usecases/github/list-github-branches.ts";
import { listGithubOrganizations } from "../../lib/usecases/github/list-github-organizations.ts";
import { listGithubRepositories } from "../../lib/usecases/github/list-github-repositories.ts";
import { listGithubSshKeys } from "../../lib/usecases/github/list-github-ssh-keys.ts";
import { revokeGithubConnection } from "../../lib/usecases/github/revoke-github-connection.ts";
import { listHosts } from "../../lib/usecases/hosts/list-hosts.ts";
import { listImages } from "../../lib/usecases/hosts/list-images.ts";
import { listSizes } from "../../lib/usecases/hosts/list-sizes.ts";
import { allowAudience } from "../../lib/usecases/identity/allow-audience.ts";
import { getIdentity } from "../../lib/usecases/identity/get-identity.ts";
import { removeAudience } from "../../lib/usecases/identity/remove-audience.ts";
import { getIsolationEvidence } from "../../lib/usecases/isolation/get-isolation-evidence.ts";
import { getIsolationReport } from "../../lib/usecases/isolation/get-isolation-report.ts";
import { listHostIsolation } from "../../lib/usecases/isolation/list-host-isolation.ts";
import { listIsolationReports } from "../../lib/usecases/isolation/list-isolation-reports.ts";
import { requestIsolationReports } from "../../lib/usecases/isolation/request-isolation-reports.ts";
import { approveNetworkRequest } from "../../lib/usecases/network/approve-network-request.ts";
import { changeDevboxNetwork } from "../../lib/usecases/network/change-devbox-network.ts";
import { changeNetworkPolicy } from "../../lib/usecases/network/change-network-policy.ts";
import { createInternalService } from "../../lib/usecases/network/create-internal-service.ts";
import { createNetworkPolicy } from "../../lib/usecases/network/create-network-policy.ts";
import { createNetworkRequest } from "../../lib/usecases/network/create-network-request.ts";
import { declineNetworkRequest } from "../../lib/usecases/network/decline-network-request.ts";
import { deleteInternalService } from "../../lib/usecases/network/delete-internal-service.ts";
import { deleteNetworkPolicy } from "../../lib/usecases/network/delete-network-policy.ts";
import { endNetworkRequest } from "../../lib/usecases/network/end-network-request.ts";
import { getDevboxNetwork } from "../../lib/usecases/network/get-devbox-network.ts";
import { listInternalServices } from "../../lib/usecases/network/list-internal-services.ts";
import { listNetworkDecisions } from "../../lib/usecases/network/list-network-decisions.ts";
import { listNetworkPolicies } from "../../lib/usecases/network/list-network-policies.ts";
import { listNetworkPolicyUses } from "../../lib/usecases/network/list-network-policy-uses.ts";
import { listNetworkRequests } from "../../lib/usecases/network/list-network-requests.ts";
import { proposeDevboxNetwork } from "../../lib/usecases/network/propose-devbox-network.ts";
import { createPreviewLink } from "../../lib/usecases/previews/create-preview-link.ts";
import { createSecret } from "../../lib/usecases/secrets/create-secret.ts";
import { deleteSecret } from "../../lib/usecases/secrets/delete-secret.ts";
import { destroySecretVersion } from "../../lib/usecases/secrets/destroy-secret-version.ts";
import { getSecret } from "../../lib/usecases/secrets/get-secret.ts";
import { listSecretUses } from "../../lib/usecases/secrets/list-secret-uses.ts";
import { listSecretVersions } from "../../lib/usecases/secrets/list-secret-versions.ts";
import { listSecrets } from "../../lib/usecases/secrets/list-secrets.ts";
import { putSecretValue } from "../../lib/usecases/secrets/put-secret-value.ts";
import { refreshSecret } from "../../lib/usecases/secrets/refresh-secret.ts";
import { restoreSecretVersion } from "../../lib/usecases/secrets/restore-secret-version.ts";
import { updateSecret } from "../../lib/usecases/secrets/update-secret.ts";
import { addSshKey } from "../../lib/usecases/ssh-keys/add-ssh-key.ts";
import { deleteSshKey } from "../../lib/usecases/ssh-keys/delete-ssh-key.ts";
import { listSshKeys } from "../../lib/usecases/ssh-keys/list-ssh-keys.ts";
import { removeSshKey } from "../../lib/usecases/ssh-keys/remove-ssh-key.ts";
import { setSshKey } from "../../lib/usecases/ssh-keys/set-ssh-key.ts";
import { changeDevboxTailscale } from "../../lib/usecases/tailscale/change-devbox-tailscale.ts";
import { testTailscale } from "../../lib/usecases/tailscale/connection-test.ts";
import { getDevboxTailscale } from "../../lib/usecases/tailscale/get-devbox-tailscale.ts";
import { getTailscale } from "../../lib/usecases/tailscale/get-tailscale.ts";
import { joinTailscale } from "../../lib/usecases/tailscale/join-tailscale.ts";
import { setTailscale } from "../../lib/usecases/tailscale/set-tailscale.ts";
import { createTerminalTicket } from "../../lib/usecases/terminals/create-terminal-ticket.ts";
import { deleteTerminal } from "../../lib/usecases/terminals/delete-terminal.ts";
import { listTerminals } from "../../lib/usecases/terminals/list-terminals.ts";
import { createApiToken } from "../../lib/usecases/tokens/create-api-token.ts";
import { listApiTokens } from "../../lib/usecases/tokens/list-api-tokens.ts";
import { revokeApiToken } from "../../lib/usecases/tokens/revoke-api-token.ts";
import { getOnboarding } from "../../lib/usecases/users/get-onboarding.ts";
import { getPersonalSettings } from "../../lib/usecases/users/get-personal-settings.ts";
import { getProfile } from "../../lib/usecases/users/get-profile.ts";
import { listSessions } from "../../lib/usecases/users/list-sessions.ts";
import { revokeSession } from "../../lib/usecases/users/revoke-session.ts";
import { updateOnboarding } from "../../lib/usecases/users/update-onboarding.ts";
import { updatePersonalSettings } from "../../lib/usecases/users/update-personal-settings.ts";
import { createInvitation } from "../../lib/usecases/workspace/create-invitation.ts";
import { createInvitationLink } from "../../lib/usecases/workspace/create-invitation-link.ts";
import { deleteInvitation } from "../../lib/usecases/workspace/delete-invitation.ts";
import { disableMember } from "../../lib/usecases/workspace/disable-member.ts";
import { enableMember } from "../../lib/usecases/workspace/enable-member.ts";
import { getMemberHoldings } from "../../lib/usecases/workspace/get-member-holdings.ts";
import { getWorkspace } from "../../lib/usecases/workspace/get-workspace.ts";
import { getWorkspaceDefaults } from "../../lib/usecases/workspace/get-workspace-defaults.ts";
import { listInvitationLinks } from "../../lib/usecases/workspace/list-invitation-links.ts";
import { listInvitations } from "../../lib/usecases/workspace/list-invitations.ts";
import { listMembers } from "../../lib/usecases/workspace/list-members.ts";
import { removeMember } from "../../lib/usecases/workspace/remove-member.ts";
import { revokeInvitationLink } from "../../lib/usecases/workspace/revoke-invitation-link.ts";
import { updateMember } from "../../lib/usecases/workspace/update-member.ts";
import { updateWorkspace } from "../../lib/usecases/workspace/update-workspace.ts";
import { updateWorkspaceDefaults } from "../../lib/usecases/workspace/update-workspace-defaults.ts";
import { getOpenApi } from "./open-api.ts";
import type { BodyOperationId, Handlers } from "./operation-types.ts";

export const handlers: Handlers = {
	listDevboxes,
	createDevbox,
	getDevbox,
	updateDevbox,
	listWorkspaceDevboxes,
	deleteDevbox,
	listOperations,
	stopDevbox,
	startDevbox,
	getMetrics,
	listPorts,
	listTerminals,
	deleteTerminal,
	createTerminalTicket,
	getOpenApi,
	getProfile,
	getOnboarding,
	updateOnboarding,
	listImages,
	listSizes,
	listHosts,
	listMembers,
	updateMember,
	getMemberHoldings,
	disableMember,
	enableMember,
	removeMember,
	getWorkspace,
	updateWorkspace,
	getWorkspaceDefaults,
	updateWorkspaceDefaults,
	listInvitations,
	createInvitation,
	deleteInvitation,
	listInvitationLinks,
	createInvitationLink,
	revokeInvitationLink,
	getPersonalSettings,
	updatePersonalSettings,
	listSessions,
	revokeSession,
	listApiTokens,
	createApiToken,
	revokeApiToken,
	listRepositories,
	connectGithub,
	getGithubConnection,
	disconnectGithub,
	revokeGithubConnection,
	getGithubSetup,
	listGithubBranches,
	listGithubSshKeys,
	importGithubSshKeys,
	listGithubRepositories,
	listGithubOrganizations,
	grantGithubOrganizations,
	setSshKey,
	deleteSshKey,
	listSshKeys,
	addSshKey,
	removeSshKey,
	getSshGateway,
	createAccessSession,
	listAccessSessions,
	revokeAccessSession,
	changeDevboxNetwork,
	changeNetworkPolicy,
	listHostIsolation,
	getIsolationEvidence,
	listIsolationReports,
	getIsolationReport,
	requestIsolationReports,
	createNetworkPolicy,
	approveNetworkRequest,
	createNetworkRequest,
	declineNetworkRequest,
	endNetworkRequest,
	listNetworkDecisions,
	listNetworkRequests,
	deleteNetworkPolicy,
	createInternalService,
	deleteInternalService,
	listInternalServices,
	getDevboxNetwork,
	listNetworkPolicies,
	listNetworkPolicyUses,
	proposeDevboxNetwork,
	getIdentity,
	allowAudience,
	removeAudience,
	getTailscale,
	setTailscale,
	testTailscale,
	getDevboxTailscale,
	changeDevboxTailscale,
	joinTailscale,
	createPreviewLink,
	createExec,
	listExecs,
	getExec,
	cancelExec,
	signalExec,
	resizeExec,
	listFiles,
	statFile,
	makeDirectory,
	moveFile,
	removeFile,
	listAuditEvents,
	getDevboxInputs,
	createSecret,
	deleteSecret,
	destroySecretVersion,
	getSecret,
	listSecretUses,
	listSecretVersions,
	listSecrets,
	putSecretValue,
	refreshSecret,
	restoreSecretVersion,
	updateSecret,
	getEnvironment,
	refreshEnvironment,
	setAiTokens,
};

/** What clients poll: these wait for a database that restarts, since a client that is told 503 gives up. */
export const waitsForDatabase: ReadonlySet<BodyOperationId> = new Set(["getDevbox"]);
