import type { ApiOperationId, apiOperations } from "../../lib/contract/api.ts";

/** Streams are followed with `subscribeToEvents`, not called. */
export type CallableOperationId = Exclude<ApiOperationId, "streamEvents">;

type Operations = typeof apiOperations;
type Routes = {
	readonly [K in CallableOperationId]: { method: Operations[K]["method"]; path: Operations[K]["path"] };
};

export const apiBasePath = "/api/v1";

/** The contract's methods and paths. A copy, since importing the contract would bring its validation library along; the type is the check. */
export const apiRoutes = {
	listDevboxes: { method: "GET", path: "/devboxes" },
	createDevbox: { method: "POST", path: "/devboxes" },
	getDevbox: { method: "GET", path: "/devboxes/{id}" },
	deleteDevbox: { method: "DELETE", path: "/devboxes/{id}" },
	listOperations: { method: "GET", path: "/devboxes/{id}/operations" },
	stopDevbox: { method: "POST", path: "/devboxes/{id}/stop" },
	startDevbox: { method: "POST", path: "/devboxes/{id}/start" },
	getMetrics: { method: "GET", path: "/devboxes/{id}/metrics" },
	listPorts: { method: "GET", path: "/devboxes/{id}/ports" },
	listTerminals: { method: "GET", path: "/devboxes/{id}/terminals" },
	deleteTerminal: { method: "DELETE", path: "/devboxes/{id}/terminals/{terminal}" },
	createTerminalTicket: { method: "POST", path: "/devboxes/{id}/terminal-tickets" },
	getOpenApi: { method: "GET", path: "/openapi.json" },
	getProfile: { method: "GET", path: "/users/me" },
	listImages: { method: "GET", path: "/images" },
	listSizes: { method: "GET", path: "/sizes" },
	listHosts: { method: "GET", path: "/hosts" },
	listMembers: { method: "GET", path: "/members" },
	updateMember: { method: "PATCH", path: "/members/{user_id}" },
	listInvitations: { method: "GET", path: "/invitations" },
	createInvitation: { method: "POST", path: "/invitations" },
	deleteInvitation: { method: "DELETE", path: "/invitations/{id}" },
	listSessions: { method: "GET", path: "/users/me/sessions" },
	revokeSession: { method: "DELETE", path: "/users/me/sessions/{id}" },
	listApiTokens: { method: "GET", path: "/tokens" },
	createApiToken: { method: "POST", path: "/tokens" },
	revokeApiToken: { method: "DELETE", path: "/tokens/{id}" },
} as const satisfies Routes;
