/** The connection of a person's GitHub account. */
import { z } from "zod";
import { defineOperations, signedIn } from "./operation.ts";
import { sshKeyResponse } from "./ssh-keys.ts";

const timestamp = z.iso.datetime();

const setupResponse = z
	.object({
		is_configured: z
			.boolean()
			.meta({ description: "False: the operator has set no OAuth app, and nothing can be connected" }),
		github_url: z.string().meta({ example: "https://github.com" }),
		homepage_url: z.string().meta({ description: "What the OAuth app says is its homepage" }),
		callback_url: z
			.string()
			.meta({ description: "Where GitHub sends browsers back to; it lies below the callback of sign-in" }),
		scopes: z.array(z.string()).meta({ description: "What a connection may do" }),
	})
	.meta({ id: "GithubSetup" });
export type GithubSetupResponse = z.infer<typeof setupResponse>;

const connectResponse = z
	.object({
		authorize_url: z.string().meta({ description: "Open it in a browser" }),
		state: z.string().meta({ description: "Ties the browser's return to this request; good once" }),
		expires_at: timestamp,
	})
	.meta({ id: "GithubConnect" });
export type GithubConnectResponse = z.infer<typeof connectResponse>;

export const githubConnectionStatuses = ["connected", "reconnect"] as const;

const connectionResponse = z
	.object({
		github_login: z.string(),
		github_user_id: z.number(),
		connected_at: timestamp,
		status: z.enum(githubConnectionStatuses).meta({ description: "reconnect: GitHub accepts it no more" }),
		status_reason: z.string().nullable(),
		github_url: z.string(),
		scopes: z.array(z.string()).meta({ description: "As GitHub granted them; empty where GitHub does not say" }),
		linked_sign_in: z.boolean().meta({
			description: "You may sign in with this account because you connected it; disconnecting ends that",
		}),
	})
	.meta({ id: "GithubConnection" });
export type GithubConnectionResponse = z.infer<typeof connectionResponse>;

const disconnectedResponse = z
	.object({
		is_revoked: z
			.boolean()
			.meta({ description: "False: GitHub could not be told, and the authorisation stands there" }),
		problem: z.string().nullable(),
	})
	.meta({ id: "GithubDisconnected" });
export type GithubDisconnectedResponse = z.infer<typeof disconnectedResponse>;

const repositoryResponse = z
	.object({
		repo_id: z.number(),
		full_name: z.string(),
		default_branch: z.string(),
		private: z.boolean(),
		granted: z.boolean(),
		can_push: z.boolean(),
	})
	.meta({ id: "GithubRepository" });

const repositoryList = z.object({
	data: z.array(repositoryResponse),
	next_cursor: z.string().nullable().meta({ description: "Null: there are no more" }),
	is_cut: z.boolean().meta({ description: "The account has more than this server reads" }),
});
export type GithubRepositoryList = z.infer<typeof repositoryList>;

const branchList = z
	.object({
		data: z.array(z.object({ name: z.string(), is_default: z.boolean() })),
		is_cut: z.boolean().meta({ description: "There are more: `query` finds them by how they begin" }),
	})
	.meta({ id: "GithubBranches" });
export type GithubBranchesResponse = z.infer<typeof branchList>;

const organizationResponse = z
	.object({ org_login: z.string(), granted: z.boolean() })
	.meta({ id: "GithubOrganization" });
export type GithubOrganizationResponse = z.infer<typeof organizationResponse>;

const grantsResponse = z.object({ selected_count: z.number() }).meta({ id: "GithubGrants" });
export type GithubGrantsResponse = z.infer<typeof grantsResponse>;

const githubSshKeyResponse = z
	.object({
		title: z.string(),
		type: z.string(),
		fingerprint: z.string().nullable(),
		problem: z.string().nullable().meta({ description: "Why it cannot be imported; null: it can" }),
		registered_as: z
			.string()
			.nullable()
			.meta({ description: "Its name among your keys, where it is one of them already" }),
	})
	.meta({ id: "GithubSshKey" });
export type GithubSshKeyResponse = z.infer<typeof githubSshKeyResponse>;

const importSshKeysRequest = z
	.object({
		fingerprints: z
			.array(z.string().min(1).max(100))
			.min(1)
			.max(50)
			.meta({ description: "Of keys of your GitHub account" }),
	})
	.meta({ id: "ImportGithubSshKeysRequest" });
export type ImportGithubSshKeysRequest = z.infer<typeof importSshKeysRequest>;

/** No connection or one that has ended; GitHub down, slow, or limiting. */
const asked = [...signedIn, "conflict", "unavailable"] as const;
const query = z.string().max(200).optional().meta({ description: "A part of the name" });

export const githubOperations = defineOperations({
	getGithubSetup: {
		id: "getGithubSetup",
		method: "GET",
		path: "/integrations/github",
		summary: "Whether and how a GitHub account can be connected here",
		scope: "devbox:read",
		response: { status: 200, body: setupResponse },
		errors: signedIn,
	},
	connectGithub: {
		id: "connectGithub",
		method: "POST",
		path: "/integrations/github/connect",
		summary: "Begin to connect your GitHub account; open the answered address in a browser",
		scope: "devbox:write",
		body: z.object({
			return_url: z.url().max(2_000).meta({
				description:
					"Where the browser goes afterwards, with github=connected or github=failed added; of this server's origin, or one that its operator allows",
			}),
		}),
		response: { status: 200, body: connectResponse },
		errors: [...signedIn, "invalid", "not_supported"],
	},
	getGithubConnection: {
		id: "getGithubConnection",
		method: "GET",
		path: "/integrations/github/connection",
		summary: "Which GitHub account is connected; 404 for none",
		scope: "devbox:read",
		response: { status: 200, body: connectionResponse },
		errors: [...signedIn, "not_found"],
	},
	disconnectGithub: {
		id: "disconnectGithub",
		method: "DELETE",
		path: "/integrations/github/connection",
		summary: "End the connection to GitHub; having none is success",
		scope: "devbox:write",
		response: { status: 204, body: null },
		errors: signedIn,
	},
	revokeGithubConnection: {
		id: "revokeGithubConnection",
		method: "POST",
		path: "/integrations/github/connection/revoke",
		summary: "End the connection to GitHub, and hear whether GitHub revoked it as well",
		scope: "devbox:write",
		response: { status: 200, body: disconnectedResponse },
		errors: signedIn,
	},
	listGithubRepositories: {
		id: "listGithubRepositories",
		method: "GET",
		path: "/integrations/github/repos",
		summary:
			"List the repositories of your GitHub account and of the organisations that you granted; 409 without a connection",
		scope: "devbox:read",
		query: z.object({
			query,
			limit: z.coerce.number().int().min(1).max(500).optional().meta({ description: "All when left out" }),
			cursor: z.string().max(300).optional().meta({ description: "`next_cursor` of the page before" }),
		}),
		response: { status: 200, body: repositoryList },
		errors: [...asked, "invalid"],
	},
	listGithubBranches: {
		id: "listGithubBranches",
		method: "GET",
		path: "/integrations/github/branches",
		summary: "List branches of a repository, its default branch first",
		scope: "devbox:read",
		query: z.object({ repository: z.string().max(250).meta({ example: "org/repo" }), query }),
		response: { status: 200, body: branchList },
		errors: [...asked, "invalid", "not_found"],
	},
	listGithubOrganizations: {
		id: "listGithubOrganizations",
		method: "GET",
		path: "/integrations/github/orgs",
		summary: "List the organisations of your GitHub account; 409 without a connection",
		scope: "devbox:read",
		response: { status: 200, body: z.object({ data: z.array(organizationResponse) }) },
		errors: asked,
	},
	grantGithubOrganizations: {
		id: "grantGithubOrganizations",
		method: "PUT",
		path: "/integrations/github/org-grants",
		summary: "Choose the organisations whose repositories may be used; 409 without a connection",
		scope: "devbox:write",
		body: z.object({ org_logins: z.array(z.string().min(1).max(100)).max(1_000) }),
		response: { status: 200, body: grantsResponse },
		errors: [...asked, "invalid"],
	},
	listGithubSshKeys: {
		id: "listGithubSshKeys",
		method: "GET",
		path: "/integrations/github/ssh-keys",
		summary: "List the public SSH keys of your GitHub account, to choose from",
		scope: "devbox:read",
		response: { status: 200, body: z.object({ data: z.array(githubSshKeyResponse) }) },
		errors: asked,
	},
	importGithubSshKeys: {
		id: "importGithubSshKeys",
		method: "POST",
		path: "/integrations/github/ssh-keys",
		summary: "Register chosen SSH keys of your GitHub account",
		scope: "exec",
		body: importSshKeysRequest,
		response: { status: 200, body: z.object({ data: z.array(sshKeyResponse) }) },
		errors: [...asked, "invalid"],
	},
});
