/** The connection of a person's GitHub account. */
import { z } from "zod";
import { defineOperations } from "./operation.ts";

const timestamp = z.iso.datetime();

const connectResponse = z
	.object({ authorize_url: z.string(), state: z.string(), expires_at: timestamp })
	.meta({ id: "GithubConnect" });

const connectionResponse = z
	.object({ github_login: z.string(), github_user_id: z.number(), connected_at: timestamp })
	.meta({ id: "GithubConnection" });
export type GithubConnectionResponse = z.infer<typeof connectionResponse>;
export type GithubConnectResponse = z.infer<typeof connectResponse>;

const repositoryResponse = z
	.object({
		repo_id: z.number(),
		full_name: z.string(),
		default_branch: z.string(),
		private: z.boolean(),
		granted: z.boolean(),
	})
	.meta({ id: "GithubRepository" });
export type GithubRepositoryResponse = z.infer<typeof repositoryResponse>;

const organizationResponse = z
	.object({ org_login: z.string(), granted: z.boolean() })
	.meta({ id: "GithubOrganization" });
export type GithubOrganizationResponse = z.infer<typeof organizationResponse>;

const grantsResponse = z.object({ selected_count: z.number() }).meta({ id: "GithubGrants" });
export type GithubGrantsResponse = z.infer<typeof grantsResponse>;

const signedIn = ["unauthenticated", "forbidden"] as const;

export const githubOperations = defineOperations({
	connectGithub: {
		id: "connectGithub",
		method: "POST",
		path: "/integrations/github/connect",
		summary: "Begin to connect your GitHub account; open the answered address in a browser",
		scope: "devbox:write",
		body: z.object({ return_url: z.url().max(2_000) }),
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
	listGithubRepositories: {
		id: "listGithubRepositories",
		method: "GET",
		path: "/integrations/github/repos",
		summary: "List the repositories that your GitHub account gives access to; 409 without a connection",
		scope: "devbox:read",
		response: { status: 200, body: z.object({ data: z.array(repositoryResponse) }) },
		errors: [...signedIn, "conflict"],
	},
	listGithubOrganizations: {
		id: "listGithubOrganizations",
		method: "GET",
		path: "/integrations/github/orgs",
		summary: "List the organisations of your GitHub account; 409 without a connection",
		scope: "devbox:read",
		response: { status: 200, body: z.object({ data: z.array(organizationResponse) }) },
		errors: [...signedIn, "conflict"],
	},
	grantGithubOrganizations: {
		id: "grantGithubOrganizations",
		method: "PUT",
		path: "/integrations/github/org-grants",
		summary: "Choose the organisations whose repositories may be used; 409 without a connection",
		scope: "devbox:write",
		body: z.object({ org_logins: z.array(z.string().min(1).max(100)).max(1_000) }),
		response: { status: 200, body: grantsResponse },
		errors: [...signedIn, "invalid", "conflict"],
	},
});
