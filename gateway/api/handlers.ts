/** Which use case does each operation of the contract. A missing line, or one whose types differ, does not compile. */
import { createDevbox } from "../../lib/usecases/devboxes/create-devbox.ts";
import { deleteDevbox } from "../../lib/usecases/devboxes/delete-devbox.ts";
import { getDevbox } from "../../lib/usecases/devboxes/get-devbox.ts";
import { getMetrics } from "../../lib/usecases/devboxes/get-metrics.ts";
import { listDevboxes } from "../../lib/usecases/devboxes/list-devboxes.ts";
import { listOperations } from "../../lib/usecases/devboxes/list-operations.ts";
import { listPorts } from "../../lib/usecases/devboxes/list-ports.ts";
import { startDevbox } from "../../lib/usecases/devboxes/start-devbox.ts";
import { stopDevbox } from "../../lib/usecases/devboxes/stop-devbox.ts";
import { listHosts } from "../../lib/usecases/hosts/list-hosts.ts";
import { listImages } from "../../lib/usecases/hosts/list-images.ts";
import { listSizes } from "../../lib/usecases/hosts/list-sizes.ts";
import { createTerminalTicket } from "../../lib/usecases/terminals/create-terminal-ticket.ts";
import { deleteTerminal } from "../../lib/usecases/terminals/delete-terminal.ts";
import { listTerminals } from "../../lib/usecases/terminals/list-terminals.ts";
import { createApiToken } from "../../lib/usecases/tokens/create-api-token.ts";
import { listApiTokens } from "../../lib/usecases/tokens/list-api-tokens.ts";
import { revokeApiToken } from "../../lib/usecases/tokens/revoke-api-token.ts";
import { getProfile } from "../../lib/usecases/users/get-profile.ts";
import { listSessions } from "../../lib/usecases/users/list-sessions.ts";
import { revokeSession } from "../../lib/usecases/users/revoke-session.ts";
import { createInvitation } from "../../lib/usecases/workspace/create-invitation.ts";
import { deleteInvitation } from "../../lib/usecases/workspace/delete-invitation.ts";
import { listInvitations } from "../../lib/usecases/workspace/list-invitations.ts";
import { listMembers } from "../../lib/usecases/workspace/list-members.ts";
import { updateMember } from "../../lib/usecases/workspace/update-member.ts";
import { getOpenApi } from "./open-api.ts";
import type { BodyOperationId, Handlers } from "./operation-types.ts";

export const handlers: Handlers = {
	listDevboxes,
	createDevbox,
	getDevbox,
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
	listImages,
	listSizes,
	listHosts,
	listMembers,
	updateMember,
	listInvitations,
	createInvitation,
	deleteInvitation,
	listSessions,
	revokeSession,
	listApiTokens,
	createApiToken,
	revokeApiToken,
};

/** What clients poll: these wait for a database that restarts, since a client that is told 503 gives up. */
export const waitsForDatabase: ReadonlySet<BodyOperationId> = new Set(["getDevbox"]);
