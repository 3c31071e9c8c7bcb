import { z } from "zod";
import { roles } from "../domain/actor.ts";
import { isolationDays } from "../domain/isolation-standing.ts";
import { sizeNames } from "../domain/sizes.ts";
import { userSummary } from "./devboxes.ts";
import { defineOperations, signedIn } from "./operation.ts";
import { pageOf, pageQuery } from "./paging.ts";

const timestamp = z.iso.datetime();

export const profileResponse = z
	.object({
		has_ssh_key: z.boolean(),
		user: userSummary,
		role: z.enum(roles),
		workspace: z.object({ id: z.string(), name: z.string() }),
		devbox_quota: z.number(),
		devbox_count: z.number(),
	})
	.meta({ id: "Profile" });
export type ProfileResponse = z.infer<typeof profileResponse>;

export const imageResponse = z
	.object({
		id: z.string(),
		name: z.string(),
		ref: z.string(),
		description: z.string(),
		size_bytes: z.number(),
		updated_at: timestamp,
	})
	.meta({ id: "Image" });
export type ImageResponse = z.infer<typeof imageResponse>;

export const sizeResponse = z
	.object({
		name: z.enum(sizeNames),
		vcpus: z.number(),
		memory_mib: z.number(),
		disk_gib: z.number(),
		notice: z.string().nullable().meta({ description: "Set when no host is large enough for the whole size" }),
	})
	.meta({ id: "Size" });
export type SizeResponse = z.infer<typeof sizeResponse>;

export const hostResponse = z
	.object({
		id: z.string(),
		name: z.string(),
		engine: z.string(),
		engine_version: z.string().nullable(),
		status: z.enum(["online", "draining", "offline"]),
		status_message: z.string().nullable(),
		vcpus: z.number().nullable(),
		memory_total_mib: z.number().nullable(),
		memory_available_mib: z.number().nullable(),
		pool_total_gib: z.number().nullable(),
		pool_used_gib: z.number().nullable(),
		instances_max: z.number().nullable(),
		devbox_count: z.number(),
		probed_at: timestamp.nullable(),
		filter: z
			.object({
				status: z.enum(["running", "down", "off"]),
				message: z.string().nullable(),
				since: timestamp.nullable().meta({ description: "When its status became this one" }),
				started_at: timestamp.nullable().meta({ description: "When it was last started, or started again" }),
			})
			.nullable()
			.meta({ description: "Of network policies; off: no devbox needs it now; null: the host cannot enforce any" }),
	})
	.meta({ id: "Host" });
export type HostResponse = z.infer<typeof hostResponse>;

export const invitationResponse = z
	.object({
		id: z.string(),
		github_login: z.string(),
		role: z.enum(roles),
		invited_by: z.string(),
		created_at: timestamp,
	})
	.meta({ id: "Invitation" });
export type InvitationResponse = z.infer<typeof invitationResponse>;

export const sessionResponse = z
	.object({
		id: z.string(),
		method: z.string(),
		user_agent: z.string().nullable(),
		created_at: timestamp,
		last_used_at: timestamp,
		expires_at: timestamp,
		is_current: z.boolean(),
	})
	.meta({ id: "Session" });
export type SessionResponse = z.infer<typeof sessionResponse>;

export const createInvitationRequest = z
	.object({
		github_login: z
			.string()
			.regex(
				/^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,37}[a-zA-Z0-9])?$/,
				"A GitHub login has up to 39 letters, digits and single hyphens.",
			),
		role: z.enum(["admin", "member"]).default("member"),
	})
	.meta({ id: "CreateInvitationRequest" });

export const workspaceResponse = z
	.object({
		id: z.string(),
		name: z.string(),
		require_ssh_key: z
			.boolean()
			.meta({ description: "SSH access sessions need a registered key of their user as well" }),
		git_proxy: z
			.boolean()
			.meta({ description: "git in a devbox reaches its private repositories with its owner's GitHub connection" }),
		isolation_every_days: z
			.number()
			.nullable()
			.meta({ description: "Days between two isolation audits of a host; null: none by time" }),
	})
	.meta({ id: "Workspace" });
export type WorkspaceResponse = z.infer<typeof workspaceResponse>;

export const updateWorkspaceRequest = z
	.object({
		name: z.string().trim().min(1).max(80).optional(),
		require_ssh_key: z
			.boolean()
			.optional()
			.meta({ description: "Holds for sessions in force as well, at their next login" }),
		git_proxy: z.boolean().optional().meta({ description: "Holds from the next request of any git on" }),
		isolation_every_days: z
			.number()
			.int("Whole days, please.")
			.min(isolationDays.min, `At least ${isolationDays.min} day; null is for none by time.`)
			.max(isolationDays.max, `At most ${isolationDays.max} days; null is for none by time.`)
			.nullable()
			.optional()
			.meta({
				description:
					"Where a host serves several workspaces, the shortest holds; null: audits on demand and after a change",
			}),
	})
	.meta({ id: "UpdateWorkspaceRequest" });
export type UpdateWorkspaceRequest = z.infer<typeof updateWorkspaceRequest>;

export const workspaceOperations = defineOperations({
	getOpenApi: {
		id: "getOpenApi",
		method: "GET",
		path: "/openapi.json",
		summary: "This API as an OpenAPI 3.1 document",
		scope: "devbox:read",
		response: { status: 200, body: z.looseObject({ openapi: z.string() }) },
		errors: signedIn,
	},
	getProfile: {
		id: "getProfile",
		method: "GET",
		path: "/users/me",
		summary: "Who you are, and how many devboxes you may have",
		scope: "devbox:read",
		response: { status: 200, body: profileResponse },
		errors: signedIn,
	},
	listImages: {
		id: "listImages",
		method: "GET",
		path: "/images",
		summary: "List the images that devboxes are made from",
		scope: "devbox:read",
		response: { status: 200, body: z.object({ data: z.array(imageResponse) }) },
		errors: signedIn,
	},
	listSizes: {
		id: "listSizes",
		method: "GET",
		path: "/sizes",
		summary: "List the sizes, as the hosts here can give them",
		scope: "devbox:read",
		response: { status: 200, body: z.object({ data: z.array(sizeResponse) }) },
		errors: signedIn,
	},
	listHosts: {
		id: "listHosts",
		method: "GET",
		path: "/hosts",
		summary: "List the hosts and what they hold",
		scope: "admin",
		permission: "host.read",
		response: { status: 200, body: z.object({ data: z.array(hostResponse) }) },
		errors: signedIn,
	},
	getWorkspace: {
		id: "getWorkspace",
		method: "GET",
		path: "/workspace",
		summary: "See the workspace and its rules",
		scope: "devbox:read",
		response: { status: 200, body: workspaceResponse },
		errors: signedIn,
	},
	updateWorkspace: {
		id: "updateWorkspace",
		method: "PATCH",
		path: "/workspace",
		summary: "Change the workspace's name or rules; what is left out stays",
		scope: "admin",
		permission: "workspace.change",
		body: updateWorkspaceRequest,
		response: { status: 200, body: workspaceResponse },
		errors: [...signedIn, "invalid"],
	},
	listInvitations: {
		id: "listInvitations",
		method: "GET",
		path: "/invitations",
		summary: "List the GitHub logins that may sign up",
		scope: "admin",
		permission: "member.read",
		query: z.object(pageQuery),
		response: { status: 200, body: pageOf(invitationResponse) },
		errors: signedIn,
	},
	createInvitation: {
		id: "createInvitation",
		method: "POST",
		path: "/invitations",
		summary: "Let a GitHub login sign up",
		scope: "admin",
		permission: "member.invite",
		body: createInvitationRequest,
		response: { status: 201, body: invitationResponse },
		errors: [...signedIn, "conflict", "invalid"],
	},
	deleteInvitation: {
		id: "deleteInvitation",
		method: "DELETE",
		path: "/invitations/{id}",
		summary: "Take an invitation back",
		scope: "admin",
		permission: "member.invite",
		params: z.object({ id: z.string() }),
		response: { status: 204, body: null },
		errors: [...signedIn, "not_found"],
	},
	listSessions: {
		id: "listSessions",
		method: "GET",
		path: "/users/me/sessions",
		summary: "List the browsers that you are signed in with",
		scope: "devbox:read",
		response: { status: 200, body: z.object({ data: z.array(sessionResponse) }) },
		errors: signedIn,
	},
	revokeSession: {
		id: "revokeSession",
		method: "DELETE",
		path: "/users/me/sessions/{id}",
		summary: "Sign a browser out at once; its terminals close",
		scope: "devbox:read",
		permission: "profile.change",
		params: z.object({ id: z.string() }),
		response: { status: 204, body: null },
		errors: [...signedIn, "not_found"],
	},
});
