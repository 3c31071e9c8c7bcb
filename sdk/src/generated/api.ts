// Made from lib/contract and lib/domain by `npm run generate`: change those, not this.

export const apiBasePath = "/api/v1";

/** Every error code of the API, its HTTP status, and whether the same request may succeed later. */
export const errorCodes = {
	bad_request: { status: 400, retryable: false },
	unauthenticated: { status: 401, retryable: false },
	forbidden: { status: 403, retryable: false },
	quota_exceeded: { status: 403, retryable: false },
	not_found: { status: 404, retryable: false },
	conflict: { status: 409, retryable: false },
	name_taken: { status: 409, retryable: false },
	wrong_state: { status: 409, retryable: false },
	too_large: { status: 413, retryable: false },
	invalid: { status: 422, retryable: false },
	rate_limited: { status: 429, retryable: true },
	internal: { status: 500, retryable: false },
	not_supported: { status: 501, retryable: false },
	unavailable: { status: 503, retryable: true },
	timeout: { status: 504, retryable: true },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** What is wrong with one field of a request. */
export type FieldError = { loc: (string | number)[]; msg: string; type: string };

/** Operations that take and answer JSON. */
export const apiRoutes = {
	listDevboxes: { method: "GET", path: "/devboxes" },
	createDevbox: { method: "POST", path: "/devboxes", takesKey: true },
	getDevbox: { method: "GET", path: "/devboxes/{id}" },
	updateDevbox: { method: "PATCH", path: "/devboxes/{id}" },
	listWorkspaceDevboxes: { method: "GET", path: "/workspace/devboxes" },
	deleteDevbox: { method: "DELETE", path: "/devboxes/{id}" },
	listOperations: { method: "GET", path: "/devboxes/{id}/operations" },
	listRepositories: { method: "GET", path: "/devboxes/{id}/repositories" },
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
	getWorkspace: { method: "GET", path: "/workspace" },
	updateWorkspace: { method: "PATCH", path: "/workspace" },
	listInvitations: { method: "GET", path: "/invitations" },
	createInvitation: { method: "POST", path: "/invitations" },
	deleteInvitation: { method: "DELETE", path: "/invitations/{id}" },
	listSessions: { method: "GET", path: "/users/me/sessions" },
	revokeSession: { method: "DELETE", path: "/users/me/sessions/{id}" },
	listInvitationLinks: { method: "GET", path: "/invitation-links" },
	createInvitationLink: { method: "POST", path: "/invitation-links" },
	revokeInvitationLink: { method: "DELETE", path: "/invitation-links/{id}" },
	listMembers: { method: "GET", path: "/members" },
	updateMember: { method: "PATCH", path: "/members/{user_id}" },
	getMemberHoldings: { method: "GET", path: "/members/{user_id}/holdings" },
	disableMember: { method: "POST", path: "/members/{user_id}/disable" },
	enableMember: { method: "POST", path: "/members/{user_id}/enable" },
	removeMember: { method: "POST", path: "/members/{user_id}/remove" },
	getWorkspaceDefaults: { method: "GET", path: "/workspace/defaults" },
	updateWorkspaceDefaults: { method: "PATCH", path: "/workspace/defaults" },
	getOnboarding: { method: "GET", path: "/users/me/onboarding" },
	updateOnboarding: { method: "PATCH", path: "/users/me/onboarding" },
	getPersonalSettings: { method: "GET", path: "/users/me/settings" },
	updatePersonalSettings: { method: "PATCH", path: "/users/me/settings" },
	listApiTokens: { method: "GET", path: "/tokens" },
	createApiToken: { method: "POST", path: "/tokens" },
	revokeApiToken: { method: "DELETE", path: "/tokens/{id}" },
	getDevboxNetwork: { method: "GET", path: "/devboxes/{id}/network" },
	changeDevboxNetwork: { method: "PATCH", path: "/devboxes/{id}/network" },
	proposeDevboxNetwork: { method: "GET", path: "/devboxes/{id}/network/proposal" },
	listNetworkPolicies: { method: "GET", path: "/network-policies" },
	createNetworkPolicy: { method: "POST", path: "/network-policies" },
	changeNetworkPolicy: { method: "PATCH", path: "/network-policies/{id}" },
	deleteNetworkPolicy: { method: "DELETE", path: "/network-policies/{id}" },
	listNetworkPolicyUses: { method: "GET", path: "/network-policies/{id}/devboxes" },
	getIdentity: { method: "GET", path: "/identity" },
	allowAudience: { method: "POST", path: "/identity/audiences" },
	removeAudience: { method: "DELETE", path: "/identity/audiences/{id}" },
	listHostIsolation: { method: "GET", path: "/isolation-hosts" },
	listIsolationReports: { method: "GET", path: "/isolation-reports" },
	getIsolationReport: { method: "GET", path: "/isolation-reports/{id}" },
	requestIsolationReports: { method: "POST", path: "/isolation-reports" },
	getIsolationEvidence: { method: "GET", path: "/isolation-evidence" },
	createNetworkRequest: { method: "POST", path: "/devboxes/{id}/network/requests" },
	listNetworkRequests: { method: "GET", path: "/network-requests" },
	approveNetworkRequest: { method: "POST", path: "/network-requests/{id}/approve" },
	declineNetworkRequest: { method: "POST", path: "/network-requests/{id}/decline" },
	endNetworkRequest: { method: "POST", path: "/network-requests/{id}/end" },
	listNetworkDecisions: { method: "GET", path: "/network-decisions" },
	listInternalServices: { method: "GET", path: "/internal-services" },
	createInternalService: { method: "POST", path: "/internal-services" },
	deleteInternalService: { method: "DELETE", path: "/internal-services/{id}" },
	getTailscale: { method: "GET", path: "/tailscale" },
	setTailscale: { method: "PUT", path: "/tailscale" },
	testTailscale: { method: "POST", path: "/tailscale/test" },
	getDevboxTailscale: { method: "GET", path: "/devboxes/{id}/tailscale" },
	changeDevboxTailscale: { method: "PATCH", path: "/devboxes/{id}/tailscale" },
	joinTailscale: { method: "POST", path: "/devboxes/{id}/tailscale/join" },
	createPreviewLink: { method: "POST", path: "/devboxes/{id}/previews" },
	setSshKey: { method: "PUT", path: "/users/me/ssh-key" },
	deleteSshKey: { method: "DELETE", path: "/users/me/ssh-key" },
	listSshKeys: { method: "GET", path: "/users/me/ssh-keys" },
	addSshKey: { method: "POST", path: "/users/me/ssh-keys" },
	removeSshKey: { method: "DELETE", path: "/users/me/ssh-keys/{id}" },
	getGithubSetup: { method: "GET", path: "/integrations/github" },
	connectGithub: { method: "POST", path: "/integrations/github/connect" },
	getGithubConnection: { method: "GET", path: "/integrations/github/connection" },
	disconnectGithub: { method: "DELETE", path: "/integrations/github/connection" },
	revokeGithubConnection: { method: "POST", path: "/integrations/github/connection/revoke" },
	listGithubRepositories: { method: "GET", path: "/integrations/github/repos" },
	listGithubBranches: { method: "GET", path: "/integrations/github/branches" },
	listGithubOrganizations: { method: "GET", path: "/integrations/github/orgs" },
	grantGithubOrganizations: { method: "PUT", path: "/integrations/github/org-grants" },
	listGithubSshKeys: { method: "GET", path: "/integrations/github/ssh-keys" },
	importGithubSshKeys: { method: "POST", path: "/integrations/github/ssh-keys" },
	getSshGateway: { method: "GET", path: "/ssh" },
	createAccessSession: { method: "POST", path: "/devboxes/{id}/access/session" },
	listAccessSessions: { method: "GET", path: "/devboxes/{id}/access/sessions" },
	revokeAccessSession: { method: "DELETE", path: "/devboxes/{id}/access/session/{session_id}" },
	removeFile: { method: "DELETE", path: "/devboxes/{id}/files" },
	listFiles: { method: "GET", path: "/devboxes/{id}/files/list" },
	statFile: { method: "GET", path: "/devboxes/{id}/files/stat" },
	makeDirectory: { method: "POST", path: "/devboxes/{id}/files/mkdir", query: ["user"] },
	moveFile: { method: "POST", path: "/devboxes/{id}/files/move", query: ["user"] },
	createExec: { method: "POST", path: "/devboxes/{id}/execs", takesKey: true },
	listExecs: { method: "GET", path: "/devboxes/{id}/execs" },
	getExec: { method: "GET", path: "/devboxes/{id}/execs/{exec_id}" },
	cancelExec: { method: "DELETE", path: "/devboxes/{id}/execs/{exec_id}" },
	signalExec: { method: "POST", path: "/devboxes/{id}/execs/{exec_id}/signal" },
	resizeExec: { method: "POST", path: "/devboxes/{id}/execs/{exec_id}/resize" },
	listAuditEvents: { method: "GET", path: "/audit-events" },
	getDevboxInputs: { method: "GET", path: "/devboxes/{id}/inputs" },
	listSecrets: { method: "GET", path: "/secrets" },
	createSecret: { method: "POST", path: "/secrets" },
	getSecret: { method: "GET", path: "/secrets/{id}" },
	updateSecret: { method: "PATCH", path: "/secrets/{id}" },
	putSecretValue: { method: "PUT", path: "/secrets/{id}/value" },
	deleteSecret: { method: "DELETE", path: "/secrets/{id}" },
	listSecretVersions: { method: "GET", path: "/secrets/{id}/versions" },
	destroySecretVersion: { method: "DELETE", path: "/secrets/{id}/versions/{version}" },
	restoreSecretVersion: { method: "POST", path: "/secrets/{id}/versions/{version}/restore" },
	listSecretUses: { method: "GET", path: "/secrets/{id}/uses" },
	refreshSecret: { method: "POST", path: "/secrets/{id}/refresh" },
	getEnvironment: { method: "GET", path: "/devboxes/{id}/environment" },
	refreshEnvironment: { method: "POST", path: "/devboxes/{id}/refresh-environment" },
	setAiTokens: { method: "PUT", path: "/devboxes/{id}/ai-tokens" },
} as const;

/** Operations whose body or answer is a stream. */
export const streamRoutes = {
	streamEvents: { method: "GET", path: "/events" },
	exportIsolationEvidence: { method: "GET", path: "/isolation-evidence/export" },
	downloadFile: { method: "GET", path: "/devboxes/{id}/files" },
	uploadFile: { method: "PUT", path: "/devboxes/{id}/files" },
	downloadArchive: { method: "GET", path: "/devboxes/{id}/archive" },
	uploadArchive: { method: "PUT", path: "/devboxes/{id}/archive" },
	runExec: { method: "POST", path: "/devboxes/{id}/execs/run", takesKey: true },
	streamExec: { method: "GET", path: "/devboxes/{id}/execs/{exec_id}/stream" },
	getExecLogs: { method: "GET", path: "/devboxes/{id}/execs/{exec_id}/logs/{stream}" },
	writeExecStdin: { method: "POST", path: "/devboxes/{id}/execs/{exec_id}/stdin" },
	exportAuditEvents: { method: "GET", path: "/audit-events/export" },
} as const;

export type AddSshKeyRequest = {
	/** One line in OpenSSH's format: ssh-ed25519, ecdsa-sha2-…, ssh-rsa of 2048 bits or more, sk-… */
	public_key: string;
	/** Where it is from. */
	name: string;
};

export type AiTokenState = {
	tool: "claude" | "codex";
	variable: string;
	/** `waiting`: sealed until it is brought in. `not_present`: never given, or gone with a restart. */
	state: "present" | "waiting" | "not_present";
	message: string;
};

export type AllowAudienceRequest = {
	/** As the other side expects it. */
	audience: string;
	/** Default: `""`. */
	description?: string;
};

export type ApiToken = {
	id: string;
	kind: "personal" | "provider";
	name: string;
	/** Its last four characters. */
	hint: string;
	scopes: ("devbox:read" | "devbox:write" | "exec" | "secret:use" | "secret:write" | "admin")[];
	owner: UserSummary;
	created_at: string;
	/** Null: never. */
	expires_at: string | null;
	/** To about a minute. */
	last_used_at: string | null;
};

export type ApproveNetworkRequestRequest = {
	/** Default: `"1d"`. */
	expires_in?: "1h" | "1d" | "7d" | "never";
	/** Instead of for this devbox, for all that follow its named policy, in that policy's list. Default: `false`. */
	add_to_policy?: boolean;
	/** Default: `""`. */
	answer?: string;
};

export type AuditEvent = {
	id: string;
	at: string;
	/** As `devbox.create`. */
	action: string;
	actor: {
		/** session, token, ssh_key, access_session; box: asked over its link; system: the product or its operator; visitor: nobody known. */
		kind: string;
		user_id: string | null;
		/** As it was then. */
		login: string | null;
		/** The session, token or key. */
		credential_id: string | null;
	};
	target: {
		kind: string;
		id: string | null;
		name: string | null;
	} | null;
	/** refused: a 4xx, nothing was done; failed: our side. */
	outcome: "success" | "refused" | "failed";
	/** The client's IP address. */
	address: string | null;
	request_id: string | null;
	/** Names, counts and ids; never a secret's value. */
	detail: Record<string, unknown>;
};

export type ChangeNamedNetworkPolicyRequest = {
	mode?: "enforce" | "observe" | "none";
	/** Names as `example.com`; `*.example.com` is every name below it. */
	egress_domains?: string[];
	setup?: NetworkSetupRequest | null;
	/** Beside those that it has. */
	add_domains?: string[];
	/** Of the policy that the change was made from: refused with `conflict` when it was changed since. */
	updated_at?: string;
};

export type ChangedSecret = {
	secret: Secret;
	/** Running boxes that still hold an older value: refresh them. */
	stale_devboxes: SecretUse[];
};

export type CreateAccessSessionResponse = {
	/** A secret that opens the devbox. Shown this once. */
	session_id: string;
	expires_at: string;
	command: string;
	ssh: SshAccess;
	/** How the session is listed and revoked; no secret. */
	id: string;
	/** The workspace asks for your registered SSH key as well. */
	requires_ssh_key: boolean;
	/** What to know before using it. */
	notice: string | null;
};

export type CreateApiTokenRequest = {
	/** What it is for. */
	name: string;
	/** `personal` acts for you. `provider` is a service's own, sent as X-Provider-Token; admins make them. Default: `"personal"`. */
	kind?: "personal" | "provider";
	/** Default: `["devbox:read","devbox:write","exec"]`. */
	scopes?: ("devbox:read" | "devbox:write" | "exec" | "secret:use" | "secret:write" | "admin")[];
	/** Null: never. Default: `90`. */
	expires_in_days?: number | null;
};

export type CreateDevboxRequest = {
	/** DNS label of up to 63 characters, unique in the workspace while the box lives. With a provider token any text of 1 to 128 characters, from which a label is derived. */
	name: string;
	/** Name of an image. */
	image?: string;
	/** s, m, l or xl (`small` is s). */
	size?: string;
	/** Another word for `size`. */
	plan?: string;
	/** `workspace`: every member sees that it exists and how it is; nobody but you enters it. Default: `"private"`. */
	access_mode?: "private" | "workspace";
	/** One public https git address, with or without its scheme; goes to /workspaces/<name>. Empty: none. */
	repository?: string;
	/** Of `repository`: branch, tag or commit; its default branch when left out. */
	branch?: string;
	/** Default: `[]`. */
	repositories?: DevboxRepositoryRequest[];
	/** No repository, not even the workspace's default one. */
	no_checkout?: boolean;
	credential_profile?: CredentialProfile;
	/** Variables of every command inside: a map, or a list whose entries may name a secret (needs the scope secret:use). Names as ^[A-Z_][A-Z0-9_]*$, at most 64, 32 KiB per value; stored encrypted. */
	env?: (EnvValue | EnvFromSecret)[] | Record<string, string>;
	/** Run one after the other by bash; the first that fails fails the box. 4 KiB each. */
	setup_commands?: string[];
	/** For all setup commands together. */
	setup_timeout_seconds?: number;
	/** Stopped after so long without use: no terminal, SSH connection, command or preview. */
	auto_stop_idle_timeout?: "15m" | "30m" | "1h" | "4h" | "8h" | "never";
	/** Destroyed so long after it was asked for: hours, days or weeks as 8h, 7d, 2w, at most 365 days; or never. */
	expires_after?: string;
	/** Where it may go; the workspace's default when left out. */
	network_policy?: NetworkPolicyRequest;
	/** Whether it joins a tailnet; the workspace's default when left out. */
	tailscale?: TailscaleRequest;
};

export type CreateInvitationLinkRequest = {
	/** Only an owner makes a link for owners. Default: `"member"`. */
	role?: "owner" | "admin" | "member";
	/** Default: `7`. */
	expires_in_days?: number;
	/** How many people may join by it. Default: `1`. */
	uses_max?: number;
};

export type CreateInvitationRequest = {
	github_login: string;
	/** Default: `"member"`. */
	role?: "admin" | "member";
};

export type CreateNetworkRequestRequest = {
	/** As in a policy's list. */
	name: string;
	/** What it is needed for, for the admin who reads it. Default: `""`. */
	reason?: string;
};

export type CreatePreviewLinkRequest = {
	/** Port that something listens on inside. */
	port: number;
	/** Path to open, with its query. Default: `"/"`. */
	path?: string;
};

export type CreateSecretRequest = {
	/** Unique among your secrets, or the workspace's. */
	name: string;
	/** `workspace`: for all its members; admins add them. Default: `"user"`. */
	scope?: "user" | "workspace";
	/** 1 byte to 64 KiB of UTF-8 text. Stored encrypted, and never answered. */
	value: string;
	/** Default: `""`. */
	description?: string;
	/** Default: `{}`. */
	labels?: Record<string, string>;
	/** Default: `null`. */
	env_name?: string | null;
	/** In all your boxes, or the workspace's, as `env_name`; from their next start or refresh on. Default: `false`. */
	in_all_boxes?: boolean;
};

export type CreatedApiToken = {
	id: string;
	kind: "personal" | "provider";
	name: string;
	/** Its last four characters. */
	hint: string;
	scopes: ("devbox:read" | "devbox:write" | "exec" | "secret:use" | "secret:write" | "admin")[];
	owner: UserSummary;
	created_at: string;
	/** Null: never. */
	expires_at: string | null;
	/** To about a minute. */
	last_used_at: string | null;
	/** The token itself. Shown this once. */
	token: string;
};

export type CreatedInvitationLink = {
	id: string;
	role: "owner" | "admin" | "member";
	/** Only `open` lets anybody in. `inviter`: whoever made it may not invite any more. */
	status: "open" | "used_up" | "expired" | "revoked" | "inviter";
	uses_max: number;
	uses_left: number;
	invited_by: UserSummary;
	created_at: string;
	expires_at: string;
	used_by: {
		user: UserSummary;
		used_at: string;
	}[];
	/** What to send. Shown this once. */
	url: string;
};

/** Injects X-Claude-Token as ANTHROPIC_API_KEY, X-Codex-Token as OPENAI_API_KEY, until the first restart. Default: `{"inject_codex_token":false,"inject_claude_token":false}`. */
export type CredentialProfile = {
	/** Default: `false`. */
	inject_codex_token?: boolean;
	/** Default: `false`. */
	inject_claude_token?: boolean;
};

export type DeclineNetworkRequestRequest = {
	/** Why, for who asked. Default: `""`. */
	answer?: string;
};

export type DepartMemberRequest = {
	/** What becomes of their devboxes: stopped and kept, destroyed, or handed over, stopped, to another member. Those still being made, and failed ones, are destroyed. Default: `"stop"`. */
	devboxes?: "stop" | "destroy" | {
		transfer_to: string;
	};
};

export type DepartedMember = {
	user: UserSummary;
	transferred_to: UserSummary | null;
	devboxes: {
		id: string;
		name: string;
		outcome: "kept" | "stopped" | "transferred" | "destroyed";
	}[];
	/** Whether their connection was revoked at GitHub as well; null where there was none. */
	github: {
		is_revoked: boolean;
		problem: string | null;
	} | null;
};

/** Of another's devbox that is visible to the workspace, addresses, `reason` and messages are left out: null or empty. */
export type Devbox = {
	id: string;
	/** As it was given. */
	name: string;
	/** DNS label: host name inside, name in SSH and preview addresses. */
	label: string;
	state: "requested" | "provisioning" | "ready" | "stopped" | "destroyed" | "failed";
	/** ISO 8601, UTC. */
	created_at: string;
	/** Page that lists what listens inside; null unless it is ready. */
	access_url: string | null;
	/** Address of a port's preview, with `{port}` in the place of its number; null where there are none. */
	preview_url: string | null;
	power: "off" | "running" | "suspended";
	desired_state: "running" | "stopped" | "destroyed";
	/** Why it stopped, failed or was destroyed. */
	reason: string | null;
	image: string;
	image_ref: string;
	size: "s" | "m" | "l" | "xl";
	vcpus: number | null;
	memory_mib: number | null;
	disk_gib: number | null;
	notice: string | null;
	owner: UserSummary;
	host: {
		id: string;
		name: string;
	} | null;
	/** IPv4 address inside its host's network. */
	address: string | null;
	ready_at: string | null;
	last_used_at: string | null;
	destroyed_at: string | null;
	/** A failed devbox is removed then. */
	keep_until: string | null;
	auto_stop_idle_timeout: "15m" | "30m" | "1h" | "4h" | "8h" | "never";
	/** Stopped then unless it is used before; null when it is not, or does not run. */
	idle_stop_at: string | null;
	expires_after: string;
	/** Destroyed then; null when it is not. */
	expires_at: string | null;
	/** What it was made with, and where each value came from; null for one made before there were defaults. */
	resolved: ResolvedInputs | null;
	/** The step that runs or waits now. */
	current_step: {
		step: string;
		message: string;
		started_at: string | null;
	} | null;
	/** Who sees it: its owner, or every member. */
	access_mode: "private" | "workspace";
	/** It was handed over by another: its owner's GitHub connection, secrets in all boxes and ID tokens are not used in it until they allow it. */
	credentials_withheld: boolean;
	/** What you may do with it now. */
	actions: ("open_terminal" | "stop" | "start" | "destroy")[];
};

export type DevboxInputs = {
	image: string;
	/** The exact image. */
	image_ref: string;
	size: "s" | "m" | "l" | "xl";
	/** With the commit that was checked out. */
	repositories: DevboxRepository[];
	/** Names and origins; secrets with their versions. */
	variables: Variable[];
	setup_commands: string[];
	setup_timeout_seconds: number;
	/** Where each value came from: given, inherited from the workspace's defaults, or locked by them. */
	origins: Record<string, string>;
	/** Body of `POST /devboxes` that makes another like it, with commits pinned. */
	request: Record<string, unknown>;
	/** What the request has to be completed with: variables and tokens whose values are kept nowhere. */
	missing: string[];
};

export type DevboxNetwork = {
	mode: "open" | "enforce" | "observe" | "none";
	/** In normal form, sorted. */
	egress_domains: string[];
	/** Allowed besides while it is set up. */
	setup: NetworkSetup | null;
	/** Whether `setup` holds now. */
	is_setting_up: boolean;
	/** The named policy that it follows. */
	policy: string | null;
	/** `address:port` that names may lead to now, though the address is private. */
	internal_services: string[];
	/** The workspace's default holds for everybody. */
	is_locked: boolean;
	/** pending: on its way, within 2 s; down: the filter does not run, so the box has no network. */
	enforcement: "open" | "enforced" | "pending" | "down";
	message: string | null;
	/** For names beside the policy, newest first. */
	requests: NetworkRequest[];
	/** The latest kinds, at most 300, newest first. */
	decisions: NetworkDecision[];
};

export type DevboxRepository = {
	installation_id: number;
	repo_id: number;
	full_name: string;
	/** What is checked out; HEAD until the default branch is known. */
	ref: string;
	target_path: string;
	clone_status: "pending" | "cloning" | "success" | "failed";
	clone_error: string | null;
	url: string;
	commit: string | null;
	/** Commits of history; null for all. */
	depth: number | null;
	submodules: boolean;
	push: boolean;
	/** As GitHub told it when it was cloned. */
	is_private: boolean | null;
	/** git in the devbox reaches it with your GitHub connection. */
	is_proxied: boolean;
	/** What to know of this clone. */
	clone_note: string | null;
};

export type DevboxRepositoryRequest = {
	/** GitHub's id of it. Default: `0`. */
	repo_id?: number;
	full_name: string;
	/** Branch, tag or commit; the default branch when left out. */
	ref?: string;
	/** A folder below /workspaces, /workspace or /home/devbox; /workspaces/<repo> when left out. */
	target_path?: string;
	/** Commits of history to bring along; all of it when left out. */
	depth?: number;
	/** Clones its submodules as well. Default: `false`. */
	submodules?: boolean;
	/** Lets git in the devbox push to it with your GitHub connection; fetching needs no choice. Default: `false`. */
	push?: boolean;
};

export type DevboxTailscale = {
	enabled: boolean;
	/** null when it is not enabled; pending of one that is not: it leaves just now. */
	status: "pending" | "joined" | "failed" | "left" | null;
	/** Why it has not joined (yet). */
	message: string | null;
	node_name: string | null;
	addresses: string[];
	client_id: string | null;
	tags: string[];
	hostname: string | null;
	login_server: string | null;
	changed_at: string | null;
};

export type EnvFromSecret = {
	name: string;
	from_secret_id: string;
};

export type EnvValue = {
	name: string;
	value: string;
};

export type Environment = {
	data: Variable[];
	ai_tokens: AiTokenState[];
	/** It holds an older version of a secret: refresh it. */
	is_stale: boolean;
};

export type EvidenceDevbox = {
	id: string;
	name: string;
	/** Login. */
	owner: string;
	host: {
		id: string;
		name: string;
	} | null;
	state: string;
	created_at: string;
	/** The exact image that it was made from. */
	image_ref: string;
	network: {
		mode: "open" | "enforce" | "observe" | "none";
		/** In force: with approved names, and those of the setup. */
		egress_domains: string[];
		/** `address:port` that its names may lead to, though the address is private. */
		internal_services: string[];
		/** The named policy that it follows. */
		policy: string | null;
		setup: NetworkSetup | null;
		/** Whether `setup` holds. */
		is_setting_up: boolean;
		/** As the devbox's own page says it; pending also while it does not run. */
		enforcement: "open" | "enforced" | "pending" | "down";
		/** When it got another policy after `at`: what is said here is the later one. */
		changed_at: string | null;
	};
	/** null: it joins no tailnet. */
	tailscale: {
		status: "pending" | "joined" | "failed" | "left";
		hostname: string;
		tags: string[];
	} | null;
};

export type EvidenceHost = {
	host: {
		id: string;
		name: string;
	};
	/** The outcome of its last audit. */
	standing: "never" | "passed" | "failed" | "error";
	/** An audit by time should have been there a week ago. */
	is_overdue: boolean;
	/** Never audited, and its first audit by time is still to come: that is no problem. */
	is_new: boolean;
	/** What is wrong, for a sentence after the host's name. */
	problem: string | null;
	/** When an audit by time is due; null: none is. */
	next_at: string | null;
	latest: IsolationReportSummary | null;
	/** The one that is asked for or runs. */
	open: IsolationReportSummary | null;
	devbox_count: number;
};

export type Exec = {
	id: string;
	devbox_id: string;
	mode: "attached" | "detached";
	argv: string[] | null;
	script: string | null;
	/** As asked for; null: the home. */
	cwd: string | null;
	user: "devbox" | "root";
	tty: boolean;
	/** `lost`: how it ended is not known, or nobody was there to see it; `reason` says why. */
	status: "running" | "exited" | "lost";
	/** Of the reaped process; null when a signal ended it. */
	exit_code: number | null;
	/** As `SIGTERM`: what ended the process. */
	signal: string | null;
	/** Why it was ended or lost. */
	reason: string | null;
	timeout_ms: number | null;
	/** Written so far; of a detached one, kept so far. */
	stdout_bytes: number;
	stderr_bytes: number;
	/** More was written than is kept. */
	is_stdout_truncated: boolean;
	is_stderr_truncated: boolean;
	created_at: string;
	finished_at: string | null;
};

export type ExecRequest = {
	/** Program and arguments, handed over as they are: no shell reads them. Or `script`. */
	argv?: string[];
	/** Run by `bash -c` (`sh -c` where there is no bash). Or `argv`. */
	script?: string;
	/** Absolute, or below the user's home, which is the default. */
	cwd?: string;
	/** Goes before the devbox's own environment. */
	env?: Record<string, string>;
	/** Standard input. Left out, it is empty. */
	stdin?: string;
	/** Standard input stays open for `POST …/stdin`. With `tty` it always does. Not with `detach`. Default: `false`. */
	stdin_open?: boolean;
	/** Default: `"devbox"`. */
	user?: "devbox" | "root";
	/** On a terminal: all output is `stdout`. Not with `detach`. Default: `false`. */
	tty?: boolean;
	/** Default: `80`. */
	cols?: number;
	/** Default: `24`. */
	rows?: number;
	/** Then the whole process group gets SIGTERM, and SIGKILL 5 s later. Left out: no limit. */
	timeout_ms?: number;
	/** Goes on without this server; at most 10 MiB of each output are kept in the devbox. Default: `false`. */
	detach?: boolean;
	/** How long one that is not detached goes on when no request follows it. Default: `60000`. */
	linger_ms?: number;
};

export type ExecSessionResponse = {
	id: string;
	command: string;
	workdir: string;
	created: string;
	/** Somebody is connected with it. */
	is_active: boolean;
	/** One of its channels is a terminal. */
	tty: boolean;
	last_activity?: string | null;
	/** Both ways, over the last seconds. */
	bytes_per_second: number;
	expires_at: string;
	connections: number;
};

export type FileEntry = {
	/** Chosen by whoever made the file. Bytes that are no UTF-8 show as U+FFFD. */
	name: string;
	kind: "file" | "directory" | "symlink" | "other";
	size_bytes: number;
	/** Permission bits, four octal digits. */
	mode: string;
	/** ISO 8601, UTC. */
	modified_at: string;
	/** Where a symlink points, as it is written there; null for all else. */
	target: string | null;
	/** What a symlink leads to; null for all else, and when it leads nowhere. */
	target_kind: "file" | "directory" | "symlink" | "other" | null;
};

export type FileList = {
	/** Absolute. */
	path: string;
	/** By name; at most 10,000. */
	entries: FileEntry[];
	/** There are more entries than these. */
	is_truncated: boolean;
};

export type FileStat = {
	/** Absolute. */
	path: string;
	kind: "file" | "directory" | "symlink" | "other";
	size_bytes: number;
	/** Permission bits, four octal digits. */
	mode: string;
	/** ISO 8601, UTC. */
	modified_at: string;
	/** Where a symlink points, as it is written there; null for all else. */
	target: string | null;
	/** What a symlink leads to; null for all else, and when it leads nowhere. */
	target_kind: "file" | "directory" | "symlink" | "other" | null;
};

export type GithubBranches = {
	data: {
		name: string;
		is_default: boolean;
	}[];
	/** There are more: `query` finds them by how they begin. */
	is_cut: boolean;
};

export type GithubConnect = {
	/** Open it in a browser. */
	authorize_url: string;
	/** Ties the browser's return to this request; good once. */
	state: string;
	expires_at: string;
};

export type GithubConnection = {
	github_login: string;
	github_user_id: number;
	connected_at: string;
	/** reconnect: GitHub accepts it no more. */
	status: "connected" | "reconnect";
	status_reason: string | null;
	github_url: string;
	/** As GitHub granted them; empty where GitHub does not say. */
	scopes: string[];
	/** You may sign in with this account because you connected it; disconnecting ends that. */
	linked_sign_in: boolean;
};

export type GithubDisconnected = {
	/** False: GitHub could not be told, and the authorisation stands there. */
	is_revoked: boolean;
	problem: string | null;
};

export type GithubGrants = {
	selected_count: number;
};

export type GithubOrganization = {
	org_login: string;
	granted: boolean;
};

export type GithubRepository = {
	repo_id: number;
	full_name: string;
	default_branch: string;
	private: boolean;
	granted: boolean;
	can_push: boolean;
};

export type GithubSetup = {
	/** False: the operator has set no OAuth app, and nothing can be connected. */
	is_configured: boolean;
	github_url: string;
	/** What the OAuth app says is its homepage. */
	homepage_url: string;
	/** Where GitHub sends browsers back to; it lies below the callback of sign-in. */
	callback_url: string;
	/** What a connection may do. */
	scopes: string[];
};

export type GithubSshKey = {
	title: string;
	type: string;
	fingerprint: string | null;
	/** Why it cannot be imported; null: it can. */
	problem: string | null;
	/** Its name among your keys, where it is one of them already. */
	registered_as: string | null;
};

export type Host = {
	id: string;
	name: string;
	engine: string;
	engine_version: string | null;
	status: "online" | "draining" | "offline";
	status_message: string | null;
	vcpus: number | null;
	memory_total_mib: number | null;
	memory_available_mib: number | null;
	pool_total_gib: number | null;
	pool_used_gib: number | null;
	instances_max: number | null;
	devbox_count: number;
	probed_at: string | null;
	/** Of network policies; off: no devbox needs it now; null: the host cannot enforce any. */
	filter: {
		status: "running" | "down" | "off";
		message: string | null;
		/** When its status became this one. */
		since: string | null;
		/** When it was last started, or started again. */
		started_at: string | null;
	} | null;
};

export type HostIsolation = {
	host: {
		id: string;
		name: string;
	};
	/** The outcome of its last audit. */
	standing: "never" | "passed" | "failed" | "error";
	/** An audit by time should have been there a week ago. */
	is_overdue: boolean;
	/** Never audited, and its first audit by time is still to come: that is no problem. */
	is_new: boolean;
	/** What is wrong, for a sentence after the host's name. */
	problem: string | null;
	/** When an audit by time is due; null: none is. */
	next_at: string | null;
	latest: IsolationReportSummary | null;
	/** The one that is asked for or runs. */
	open: IsolationReportSummary | null;
};

export type Identity = {
	/** `iss` of the tokens: enter it at the other side. */
	issuer: string;
	discovery_url: string;
	jwks_url: string;
	/** `sub` of every devbox of this workspace, with * for its id. */
	subject_pattern: string;
	/** Why no token is given; null when they are. */
	problem: string | null;
	/** False when only this machine can read the keys. */
	is_public: boolean;
	token_seconds: number;
	keys: {
		id: string;
		created_at: string;
		signs_from: string;
		is_signing: boolean;
	}[];
	/** By audience. */
	audiences: IdentityAudience[];
};

export type IdentityAudience = {
	id: string;
	audience: string;
	description: string;
	/** Login, as it was then. */
	created_by: string;
	created_at: string;
};

export type Image = {
	id: string;
	name: string;
	ref: string;
	description: string;
	size_bytes: number;
	updated_at: string;
};

export type ImportGithubSshKeysRequest = {
	/** Of keys of your GitHub account. */
	fingerprints: string[];
};

export type InternalService = {
	id: string;
	name: string;
	address: string;
	ports: number[];
	/** False: the operator has not opened this address on any host, so that no devbox is led there. */
	is_open: boolean;
	/** Login, as it was then. */
	created_by: string;
	created_at: string;
};

export type InternalServiceRequest = {
	name: string;
	/** One private IPv4 address. */
	address: string;
	/** TCP ports. */
	ports: number[];
};

export type InternalServices = {
	/** By name. */
	data: InternalService[];
	/** What the operator opened, on one host or another: a service's address is in one of them. Admins alone are told; null for others. */
	internal_ranges: string[] | null;
};

export type Invitation = {
	id: string;
	github_login: string;
	role: "owner" | "admin" | "member";
	invited_by: string;
	created_at: string;
};

export type InvitationLink = {
	id: string;
	role: "owner" | "admin" | "member";
	/** Only `open` lets anybody in. `inviter`: whoever made it may not invite any more. */
	status: "open" | "used_up" | "expired" | "revoked" | "inviter";
	uses_max: number;
	uses_left: number;
	invited_by: UserSummary;
	created_at: string;
	expires_at: string;
	used_by: {
		user: UserSummary;
		used_at: string;
	}[];
};

export type IsolationAttempt = {
	id: string;
	promise: "listed" | "unlisted" | "dns" | "denied" | "host" | "boxes" | "kernel" | "storage" | "secrets";
	/** The canary's network policy. */
	mode: "open" | "enforce" | "observe" | "none";
	user: "root" | "devbox";
	/** As it ran in the canary; empty where nothing was tried. */
	command: string;
	expected: "blocked" | "reached";
	/** The end of what it printed. */
	seen: string;
	/** Where the same got through, which shows that it can. */
	control: string | null;
	/** not_applicable: not tried, see note. */
	result: "passed" | "failed" | "not_applicable";
	note: string;
	duration_ms: number;
};

export type IsolationEvidence = {
	/** What it is evidence of. */
	at: string;
	/** False: `at` is past, and what is not dated is as it is today. */
	is_now: boolean;
	generated_at: string;
	/** Login. */
	generated_by: string;
	product_version: string;
	workspace: {
		id: string;
		name: string;
	};
	/** What an auditor should ask about; empty: nothing. */
	problems: string[];
	devbox_count: number;
	/** Those that the devboxes are on, with their last audit as of `at`. */
	hosts: EvidenceHost[];
	default_policy: {
		value: NetworkPolicyValue;
		/** No devbox may differ. */
		is_locked: boolean;
		/** null: as the product comes. */
		updated_at: string | null;
		updated_by: string | null;
	};
	policies: NamedNetworkPolicy[];
	/** Names that admins let devboxes reach, at most 1000. */
	approvals: NetworkRequest[];
	approval_count: number;
	/** Private addresses that listed names may lead to; where `is_open` is false, none does. */
	internal_services: InternalService[];
	/** What the operator opened for services, on one host or another, as of now. */
	internal_ranges: string[];
	audiences: {
		audience: string;
		description: string;
		/** Login. */
		created_by: string;
		created_at: string;
	}[];
	/** Of policies, approvals, internal services, audiences and tailnets since `at`, as far as the audit log goes. */
	changes_since: {
		action: string;
		count: number;
	}[];
	/** Oldest first. */
	devboxes: EvidenceDevbox[];
	next_cursor: string | null;
};

export type IsolationReport = {
	id: string;
	host: {
		id: string;
		name: string;
	};
	/** error: it ended without a result. */
	status: "pending" | "running" | "passed" | "failed" | "error";
	cause: "requested" | "schedule" | "network_change";
	requested_by: string | null;
	product_version: string | null;
	engine: string | null;
	passed: number;
	failed: number;
	/** What this host gives no way to try; each says why. */
	not_tried: number;
	/** Why it has no result, or what it does now. */
	message: string | null;
	created_at: string;
	started_at: string | null;
	finished_at: string | null;
	attempts: IsolationAttempt[];
	/** The same, to read and to keep. */
	markdown: string;
};

export type IsolationReportSummary = {
	id: string;
	host: {
		id: string;
		name: string;
	};
	/** error: it ended without a result. */
	status: "pending" | "running" | "passed" | "failed" | "error";
	cause: "requested" | "schedule" | "network_change";
	requested_by: string | null;
	product_version: string | null;
	engine: string | null;
	passed: number;
	failed: number;
	/** What this host gives no way to try; each says why. */
	not_tried: number;
	/** Why it has no result, or what it does now. */
	message: string | null;
	created_at: string;
	started_at: string | null;
	finished_at: string | null;
};

export type MakeDirectoryRequest = {
	/** Absolute, or relative to the user's home (`~/` may say so); up to 4096 bytes of UTF-8. `..` is resolved before the devbox is asked. */
	path: string;
	/** Make the directories above it as well, and be content with one that is there. Default: `false`. */
	parents?: boolean;
	/** Permission bits, octal. Default: `"0755"`. */
	mode?: string;
};

export type Member = {
	user: UserSummary;
	role: "owner" | "admin" | "member";
	is_disabled: boolean;
	devbox_quota: number;
	has_own_quota: boolean;
	devbox_count: number;
	/** Browsers that are signed in. */
	session_count: number;
	/** API tokens that are live. */
	token_count: number;
	ssh_key_count: number;
	/** Last use of a session, token or key; null for never. */
	last_seen_at: string | null;
	created_at: string;
	/** The role, and those that you may give instead. */
	roles: ("owner" | "admin" | "member")[];
	/** What you may do. */
	actions: ("disable" | "enable" | "remove")[];
};

export type MemberHoldings = {
	user: UserSummary;
	session_count: number;
	token_count: number;
	ssh_key_count: number;
	devboxes: {
		id: string;
		name: string;
		state: "requested" | "provisioning" | "ready" | "stopped" | "destroyed" | "failed";
		/** What becomes of it with `devboxes: stop`. */
		stop: "kept" | "stopped" | "transferred" | "destroyed";
		destroy: "kept" | "stopped" | "transferred" | "destroyed";
		transfer: "kept" | "stopped" | "transferred" | "destroyed";
	}[];
};

export type Metrics = {
	data: {
		/** ISO 8601, UTC. */
		at: string;
		/** 100 is one whole vCPU. */
		cpu_percent: number;
		memory_bytes: number;
		disk_bytes: number | null;
	}[];
};

export type MoveFileRequest = {
	/** Absolute, or relative to the user's home (`~/` may say so); up to 4096 bytes of UTF-8. `..` is resolved before the devbox is asked. */
	from: string;
	/** The new path itself, not a directory to put it in. */
	to: string;
	/** Replace a file that is there; never a directory. Default: `false`. */
	overwrite?: boolean;
};

export type NamedNetworkPolicy = {
	id: string;
	name: string;
	mode: "enforce" | "observe" | "none";
	/** In normal form, sorted. */
	egress_domains: string[];
	setup: NetworkSetup | null;
	/** Devboxes that follow it and are not gone. */
	devbox_count: number;
	updated_at: string;
};

export type NamedNetworkPolicyRequest = {
	name: string;
	/** Default: `"enforce"`. */
	mode?: "enforce" | "observe" | "none";
	/** Names as `example.com`; `*.example.com` is every name below it. */
	egress_domains?: string[];
	setup?: NetworkSetupRequest | null;
};

export type NetworkDecision = {
	/** http, tls, tcp or dns. */
	protocol: string;
	/** What was asked for: a name, or an address where none was named. */
	name: string;
	port: number;
	verdict: "allowed" | "observed" | "blocked";
	/** not_listed, no_name, unresolved or denied_address; empty for what is allowed. */
	why: string;
	/** The entry that allowed it. */
	rule: string;
	count: number;
	first_at: string;
	last_at: string;
};

export type NetworkPolicyRequest = {
	/** open, enforce (the listed names alone), observe (everything, noted) or none; enforce when left out. */
	mode?: "open" | "enforce" | "observe" | "none";
	/** Names as `example.com`; `*.example.com` is every name below it. */
	egress_domains?: string[];
	/** What is allowed besides while repositories are cloned and setup commands run; ends before it is ready. */
	setup?: NetworkSetupRequest;
	/** Name of a policy of the workspace, instead. */
	policy?: string;
};

export type NetworkPolicyUse = {
	devbox_id: string;
	devbox_name: string;
	/** Login. */
	owner: string;
	is_running: boolean;
};

export type NetworkPolicyValue = {
	/** Name of a policy of the workspace. */
	policy: string;
} | {
	mode: "open" | "enforce" | "observe" | "none";
	/** In normal form, sorted. */
	egress_domains: string[];
	setup?: NetworkSetup;
};

export type NetworkProposal = {
	entries: {
		/** For a list: a name, or `*.` of a domain that several names are below. */
		entry: string;
		/** How often it was asked for. */
		count: number;
		/** What was seen of it. */
		names: string[];
	}[];
};

export type NetworkRequest = {
	id: string;
	devbox: {
		id: string;
		name: string;
	};
	/** What it should reach, in normal form. */
	name: string;
	reason: string;
	/** ended: an approval whose time was up or that was taken back, or what was settled otherwise. */
	status: "pending" | "approved" | "declined" | "ended";
	/** Login. */
	requested_by: string;
	/** Asked again while it waited, it is still one request. */
	asked_count: number;
	created_at: string;
	/** The last time. */
	asked_at: string;
	/** Login. */
	answered_by: string | null;
	answered_at: string | null;
	/** A word of the admin's, or why it ended. */
	answer: string;
	/** Of an approval; null: for good. */
	expires_at: string | null;
};

export type NetworkSetup = {
	mode: "observe" | "enforce";
	/** In normal form, sorted. */
	egress_domains: string[];
};

export type NetworkSetupRequest = {
	/** observe: everything public, noted; enforce: `egress_domains` as well. */
	mode?: "observe" | "enforce";
	/** Names as `example.com`; `*.example.com` is every name below it. */
	egress_domains?: string[];
};

export type Onboarding = {
	is_done: boolean;
	is_dismissed: boolean;
	steps: {
		id: "connect_github" | "add_ssh_key" | "create_devbox" | "open_terminal" | "make_token";
		is_done: boolean;
	}[];
};

export type Operation = {
	id: string;
	step: string;
	status: "pending" | "success" | "failed" | "deleted";
	/** What happened or is being waited for, with the bounded tail of output. */
	message: string;
	/** ISO 8601, UTC. */
	created_at: string;
	pipeline: string;
	run_id: string;
	attempts: number;
	started_at: string | null;
	finished_at: string | null;
};

export type PersonalSettings = {
	commit_name: string | null;
	commit_email: string | null;
	dotfiles_repository: string | null;
	dotfiles_ref: string | null;
	dotfiles_script: string | null;
	shell: "bash" | "zsh" | "fish" | null;
	editor: string | null;
	/** What holds where you set nothing: from your GitHub account. */
	defaults: {
		commit_name: string | null;
		commit_email: string | null;
	};
};

export type Ports = {
	data: {
		port: number;
		address: string;
		process: string | null;
	}[];
};

export type PreviewLink = {
	/** Opens the preview once, in whatever browser or cookie jar asks first: it sets a cookie of the preview's own and goes on to `path`. Keep it secret. */
	url: string;
	/** Until when the link can be opened. */
	expires_at: string;
};

export type Profile = {
	has_ssh_key: boolean;
	user: UserSummary;
	role: "owner" | "admin" | "member";
	workspace: {
		id: string;
		name: string;
	};
	devbox_quota: number;
	devbox_count: number;
};

export type PutSecretValueRequest = {
	/** 1 byte to 64 KiB of UTF-8 text. Stored encrypted, and never answered. */
	value: string;
};

export type RequestIsolationReports = {
	/** Every host when left out. */
	host_id?: string;
};

export type ResolvedInputs = {
	image: {
		value: string;
		from: "given" | "inherited" | "locked";
	};
	size: {
		value: "s" | "m" | "l" | "xl";
		from: "given" | "inherited" | "locked";
	};
	repository: {
		value: {
			url: string;
			branch: string | null;
		} | null;
		from: "given" | "inherited" | "locked";
	};
	/** How many. */
	setup_commands: {
		value: number;
		from: "given" | "inherited" | "locked";
	};
	setup_timeout_seconds: {
		value: number;
		from: "given" | "inherited" | "locked";
	};
	auto_stop_idle_timeout: {
		value: "15m" | "30m" | "1h" | "4h" | "8h" | "never";
		from: "given" | "inherited" | "locked";
	};
	expires_after: {
		value: string;
		from: "given" | "inherited" | "locked";
	};
	/** Not there for a devbox that was made before this was kept. */
	network_policy?: {
		value: NetworkPolicyValue;
		from: "given" | "inherited" | "locked";
	};
};

export type Secret = {
	id: string;
	name: string;
	scope: "user" | "workspace";
	description: string;
	labels: Record<string, string>;
	env_name: string | null;
	in_all_boxes: boolean;
	/** Of the newest version. */
	version_id: string;
	version: number;
	size_bytes: number;
	/** ISO 8601, UTC. */
	created_at: string;
	/** ISO 8601, UTC. */
	value_changed_at: string;
	/** When a box of yours last got it. */
	last_used_at: string | null;
	/** Your boxes that have it. */
	devbox_count: number;
	/** A workspace's secret is changed by its admins alone. */
	can_change: boolean;
};

export type SecretUse = {
	devbox_id: string;
	devbox_name: string;
	devbox_state: "requested" | "provisioning" | "ready" | "stopped" | "destroyed" | "failed";
	/** Login. */
	owner: string;
	env_name: string;
	is_inherited: boolean;
	/** What the box has; null before it was brought in. */
	version: number | null;
	/** It runs with an older version. */
	is_stale: boolean;
	first_used_at: string | null;
	last_used_at: string | null;
};

export type SecretVersion = {
	id: string;
	version: number;
	size_bytes: number;
	/** ISO 8601, UTC. */
	created_at: string;
	/** Login; null for a user who is gone. */
	created_by: string | null;
	destroyed_at: string | null;
	is_newest: boolean;
};

export type Session = {
	id: string;
	method: string;
	user_agent: string | null;
	created_at: string;
	last_used_at: string;
	expires_at: string;
	is_current: boolean;
};

/** Or the headers X-Claude-Token and X-Codex-Token, which win. */
export type SetAiTokensRequest = {
	claude_token?: string;
	codex_token?: string;
};

export type SetSshKeyRequest = {
	/** One line in OpenSSH's format: ssh-ed25519, ecdsa-sha2-…, ssh-rsa of 2048 bits or more, sk-… */
	public_key: string;
};

export type Size = {
	name: "s" | "m" | "l" | "xl";
	vcpus: number;
	memory_mib: number;
	disk_gib: number;
	/** Set when no host is large enough for the whole size. */
	notice: string | null;
};

export type SshAccess = {
	host: string;
	port: number;
	/** The session's secret. */
	username: string;
	/** Where repositories lie in the devbox. */
	workspace_path: string;
	/** SHA256:…, what ssh shows at the first connection. */
	host_key_fingerprint?: string | null;
	proxy_command?: string | null;
	ssh_port?: number | null;
	proxy_host?: string | null;
};

export type SshGateway = {
	host: string;
	port: number;
	/** ssh-ed25519 …: its public half. */
	host_key: string;
	/** SHA256:… */
	host_key_fingerprint: string;
	/** A line for ~/.ssh/known_hosts. */
	known_hosts: string;
	/** Access sessions of this workspace need a registered key too. */
	requires_ssh_key: boolean;
};

export type SshKey = {
	id: string;
	name: string;
	/** As ssh-ed25519. */
	type: string;
	/** SHA256:…, as `ssh-keygen -l` prints it. */
	fingerprint: string;
	created_at: string;
	/** To about a minute. */
	last_used_at: string | null;
	/** Of the token that registered it: it ends with that token. Null: a signed-in browser did. */
	token_name: string | null;
	/** When that token expires; null: never. */
	expires_at: string | null;
};

export type Tailscale = {
	is_enabled: boolean;
	is_locked: boolean;
	client_id: string | null;
	tags: string[];
	hostname: string;
	login_server: string | null;
	on_failure: "warn" | "fail";
	updated_at: string | null;
	updated_by: string | null;
	/** Of the federated identity; `audience` is known with the client id. */
	enter_at_tailscale: {
		issuer: string;
		subject: string;
		audience: string | null;
		scope: string;
	};
	/** Why no devbox can join; null when they can. */
	problem: string | null;
};

export type TailscaleRequest = {
	/** When left out: true beside another field, else the workspace's default, or in a change as it is. */
	enabled?: boolean;
	/** Of the federated identity at Tailscale. */
	client_id?: string;
	/** What the node is and may do, by the tailnet's policy. */
	tags?: string[];
	/** Of the node; {name} stands for the devbox's name. */
	hostname?: string;
	login_server?: string | null;
};

export type TailscaleSettingsRequest = {
	/** Devboxes join that say nothing. */
	is_enabled: boolean;
	/** No devbox may differ. Default: `false`. */
	is_locked?: boolean;
	/** Default: `null`. */
	client_id?: string | null;
	/** What the node is and may do, by the tailnet's policy. Default: `[]`. */
	tags?: string[];
	/** Of the node; {name} stands for the devbox's name. Default: `"{name}"`. */
	hostname?: string;
	login_server?: string | null;
	/** warn: a devbox that cannot join is ready without; fail: its create or start fails. Default: `"warn"`. */
	on_failure?: "warn" | "fail";
};

export type TailscaleTest = {
	ok: boolean;
	checks: {
		name: string;
		status: "ok" | "failed" | "skipped";
		message: string;
	}[];
};

export type TerminalTicket = {
	/** Opens one WebSocket once. */
	ticket: string;
	/** Path of the WebSocket, with the ticket. */
	url: string;
	/** ISO 8601, UTC. */
	expires_at: string;
};

export type Terminals = {
	data: {
		name: string;
		/** ISO 8601, UTC. */
		created_at: string;
		clients: number;
	}[];
};

export type UpdateDevboxRequest = {
	access_mode?: "private" | "workspace";
	/** false: your GitHub connection, your secrets in all boxes and ID tokens are used in it. By a signed-in browser, or a token with the scopes exec and secret:use. */
	credentials_withheld?: boolean;
	/** The countdown begins anew, also when the rule stays as it is. */
	auto_stop_idle_timeout?: "15m" | "30m" | "1h" | "4h" | "8h" | "never";
	/** From now on. */
	expires_after?: string;
};

export type UpdateMemberRequest = {
	/** Only an owner makes and unmakes owners. */
	role?: "owner" | "admin" | "member";
	/** Null gives the default back. */
	devbox_quota?: number | null;
};

export type UpdateOnboardingRequest = {
	is_dismissed: boolean;
};

export type UpdatePersonalSettingsRequest = {
	/** `user.name` of git; null: the name at GitHub. */
	commit_name?: string | null;
	/** `user.email` of git; null: the address at GitHub. */
	commit_email?: string | null;
	/** https git address, with or without its scheme: a public one, or one that your GitHub connection reaches; cloned to ~/.dotfiles. */
	dotfiles_repository?: string | null;
	dotfiles_ref?: string | null;
	/** Run after the clone; when null the first of install.sh, install, bootstrap.sh, bootstrap, script/bootstrap, setup.sh, setup, script/setup, and without any the dot files are linked into the home folder. */
	dotfiles_script?: string | null;
	/** Where the image has it. */
	shell?: "bash" | "zsh" | "fish" | null;
	/** EDITOR and VISUAL. */
	editor?: string | null;
};

export type UpdateSecretRequest = {
	/** Unique among your secrets, or the workspace's. */
	name?: string;
	description?: string;
	labels?: Record<string, string>;
	env_name?: string | null;
	in_all_boxes?: boolean;
};

export type UpdateWorkspaceDefaultsRequest = {
	/** Of the defaults that the change was made from. */
	version: number;
	image?: {
		/** Name of an image. */
		value?: string;
		/** No new devbox may differ. */
		locked?: boolean;
	};
	size?: {
		value?: string;
		/** No new devbox may differ. */
		locked?: boolean;
	};
	repository?: {
		/** A public https git address; null for none. */
		value?: {
			url: string;
			/** Default: `null`. */
			branch?: string | null;
		} | null;
		/** No new devbox may differ. */
		locked?: boolean;
	};
	setup_commands?: {
		/** Run one after the other by bash; the first that fails fails the box. 4 KiB each. */
		value?: string[];
		/** No new devbox may differ. */
		locked?: boolean;
	};
	setup_timeout_seconds?: {
		/** For all setup commands together. */
		value?: number;
		/** No new devbox may differ. */
		locked?: boolean;
	};
	auto_stop_idle_timeout?: {
		/** Stopped after so long without use: no terminal, SSH connection, command or preview. */
		value?: "15m" | "30m" | "1h" | "4h" | "8h" | "never";
		/** No new devbox may differ. */
		locked?: boolean;
	};
	expires_after?: {
		/** Destroyed so long after it was asked for: hours, days or weeks as 8h, 7d, 2w, at most 365 days; or never. */
		value?: string;
		/** No new devbox may differ. */
		locked?: boolean;
	};
	network_policy?: {
		value?: NetworkPolicyRequest;
		/** No new devbox may differ. */
		locked?: boolean;
	};
	devboxes_per_member?: {
		/** How many devboxes each member may have. */
		value?: number;
		/** No new devbox may differ. */
		locked?: boolean;
	};
};

export type UpdateWorkspaceRequest = {
	name?: string;
	/** Holds for sessions in force as well, at their next login. */
	require_ssh_key?: boolean;
	/** Holds from the next request of any git on. */
	git_proxy?: boolean;
	/** Where a host serves several workspaces, the shortest holds; null: audits on demand and after a change. */
	isolation_every_days?: number | null;
};

export type UploadedArchive = {
	/** Absolute. */
	path: string;
	/** Files, directories and links in the archive. */
	entries: number;
	/** Of the files in it, together. */
	size_bytes: number;
};

export type UploadedFile = {
	/** Absolute. */
	path: string;
	size_bytes: number;
	/** Permission bits, four octal digits. */
	mode: string;
	/** Of the bytes that arrived, hexadecimal. */
	sha256: string;
};

export type UserSummary = {
	id: string;
	login: string;
	name: string | null;
	avatar_url: string | null;
};

export type Variable = {
	name: string;
	source: "value" | "secret" | "ai_token";
	secret: {
		id: string;
		/** As it was called when the box was given it. */
		name: string;
		/** Null: it was deleted since. */
		scope: "user" | "workspace" | null;
		/** It is in all boxes, and was not asked for by name. */
		is_inherited: boolean;
		/** What is in the box; null before it was brought in. */
		version_id: string | null;
		version: number | null;
		/** Null: the secret was deleted. */
		newest_version: number | null;
		injected_at: string | null;
	} | null;
};

export type Workspace = {
	id: string;
	name: string;
	/** SSH access sessions need a registered key of their user as well. */
	require_ssh_key: boolean;
	/** git in a devbox reaches its private repositories with its owner's GitHub connection. */
	git_proxy: boolean;
	/** Days between two isolation audits of a host; null: none by time. */
	isolation_every_days: number | null;
};

export type WorkspaceDefaults = {
	/** Give it back with a change. */
	version: number;
	image: {
		value: string;
		locked: boolean;
	};
	size: {
		value: "s" | "m" | "l" | "xl";
		locked: boolean;
	};
	repository: {
		value: {
			url: string;
			branch: string | null;
		} | null;
		locked: boolean;
	};
	setup_commands: {
		value: string[];
		locked: boolean;
	};
	setup_timeout_seconds: {
		value: number;
		locked: boolean;
	};
	auto_stop_idle_timeout: {
		/** Stopped after so long without use: no terminal, SSH connection, command or preview. */
		value: "15m" | "30m" | "1h" | "4h" | "8h" | "never";
		locked: boolean;
	};
	expires_after: {
		value: string;
		locked: boolean;
	};
	network_policy: {
		value: NetworkPolicyValue;
		locked: boolean;
	};
	devboxes_per_member: {
		value: number;
		locked: boolean;
	};
	updated_at: string | null;
	updated_by: string | null;
};

export type WorkspaceDevbox = {
	id: string;
	name: string;
	state: "requested" | "provisioning" | "ready" | "stopped" | "destroyed" | "failed";
	power: "off" | "running" | "suspended";
	desired_state: "running" | "stopped" | "destroyed";
	access_mode: "private" | "workspace";
	image: string;
	size: "s" | "m" | "l" | "xl";
	owner: UserSummary;
	/** False when its owner was removed or is disabled. */
	owner_is_member: boolean;
	host: {
		id: string;
		name: string;
	} | null;
	/** ISO 8601, UTC. */
	created_at: string;
	last_used_at: string | null;
	actions: ("stop" | "destroy")[];
};

export type WorkspaceNetworkDecision = {
	/** http, tls, tcp or dns. */
	protocol: string;
	/** What was asked for: a name, or an address where none was named. */
	name: string;
	port: number;
	verdict: "allowed" | "observed" | "blocked";
	/** not_listed, no_name, unresolved or denied_address; empty for what is allowed. */
	why: string;
	/** The entry that allowed it. */
	rule: string;
	count: number;
	first_at: string;
	last_at: string;
	devbox: {
		id: string;
		name: string;
		/** Login. */
		owner: string;
	};
	/** The named policy that its devbox follows. */
	policy: {
		id: string;
		name: string;
	} | null;
};

/** What each JSON operation takes (path, query and body as one object) and answers. */
export type ApiTypes = {
	/** List your devboxes, and those that others show to the workspace */
	listDevboxes: {
		input: {
			/** Default: `"false"`. */
			include_destroyed?: "true" | "false";
			/** Whose: yours, those that others show, or both. Both when left out; with a provider token yours. */
			owner?: "me" | "others" | "any";
			/** At most so many; all of them when left out. */
			limit?: number;
			/** The `id` of the last devbox of the page before; a page with fewer than `limit` is the last. */
			cursor?: string;
		};
		output: Devbox[];
	};
	/** Create a devbox */
	createDevbox: {
		input: CreateDevboxRequest;
		headers: {
			/** For `inject_claude_token`. */
			"X-Claude-Token"?: string;
			/** For `inject_codex_token`. */
			"X-Codex-Token"?: string;
		};
		output: Devbox;
	};
	/** Get one devbox */
	getDevbox: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: Devbox;
	};
	/** Change who sees a devbox of yours, and when it is stopped or destroyed by itself; what is left out stays */
	updateDevbox: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & UpdateDevboxRequest;
		output: Devbox;
	};
	/** List every devbox of the workspace with its owner, and nothing that is in it */
	listWorkspaceDevboxes: {
		input: {};
		output: {
			data: WorkspaceDevbox[];
		};
	};
	/** Destroy a devbox and everything in it; an admin's reaches everybody's */
	deleteDevbox: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: undefined;
	};
	/** List what was done to a devbox, step by step */
	listOperations: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** At most so many; all of them when left out. */
			limit?: number;
			/** The `next_cursor` of the page before. */
			cursor?: string;
		};
		output: {
			data: Operation[];
			next_cursor: string | null;
		};
	};
	/** List the repositories of a devbox, and how far their clones are */
	listRepositories: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: {
			data: DevboxRepository[];
		};
	};
	/** Stop a devbox; its files stay. An admin's reaches everybody's */
	stopDevbox: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: Devbox;
	};
	/** Start a stopped devbox */
	startDevbox: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: Devbox;
	};
	/** CPU, memory and disk of the last hour */
	getMetrics: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: Metrics;
	};
	/** Ports that something listens on inside */
	listPorts: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: Ports;
	};
	/** List the named terminals that are open inside */
	listTerminals: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: Terminals;
	};
	/** Close a terminal and end what runs in it */
	deleteTerminal: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
			terminal: string;
		};
		output: undefined;
	};
	/** Get a ticket that opens a terminal WebSocket once */
	createTerminalTicket: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** Default: `"main"`. */
			terminal?: string;
		};
		output: TerminalTicket;
	};
	/** This API as an OpenAPI 3.1 document */
	getOpenApi: {
		input: {};
		output: {
			openapi: string;
		};
	};
	/** Who you are, and how many devboxes you may have */
	getProfile: {
		input: {};
		output: Profile;
	};
	/** List the images that devboxes are made from */
	listImages: {
		input: {};
		output: {
			data: Image[];
		};
	};
	/** List the sizes, as the hosts here can give them */
	listSizes: {
		input: {};
		output: {
			data: Size[];
		};
	};
	/** List the hosts and what they hold */
	listHosts: {
		input: {};
		output: {
			data: Host[];
		};
	};
	/** See the workspace and its rules */
	getWorkspace: {
		input: {};
		output: Workspace;
	};
	/** Change the workspace's name or rules; what is left out stays */
	updateWorkspace: {
		input: UpdateWorkspaceRequest;
		output: Workspace;
	};
	/** List the GitHub logins that may sign up */
	listInvitations: {
		input: {
			/** At most so many; all of them when left out. */
			limit?: number;
			/** The `next_cursor` of the page before. */
			cursor?: string;
		};
		output: {
			data: Invitation[];
			next_cursor: string | null;
		};
	};
	/** Let a GitHub login sign up */
	createInvitation: {
		input: CreateInvitationRequest;
		output: Invitation;
	};
	/** Take an invitation back */
	deleteInvitation: {
		input: {
			id: string;
		};
		output: undefined;
	};
	/** List the browsers that you are signed in with */
	listSessions: {
		input: {};
		output: {
			data: Session[];
		};
	};
	/** Sign a browser out at once; its terminals close */
	revokeSession: {
		input: {
			id: string;
		};
		output: undefined;
	};
	/** List the links by which people may join, and those that ended within about a month */
	listInvitationLinks: {
		input: {
			/** At most so many; all of them when left out. */
			limit?: number;
			/** The `next_cursor` of the page before. */
			cursor?: string;
		};
		output: {
			data: InvitationLink[];
			next_cursor: string | null;
		};
	};
	/** Make a link by which people may join; it is shown once */
	createInvitationLink: {
		input: CreateInvitationLinkRequest;
		output: CreatedInvitationLink;
	};
	/** End an invitation link at once; who has joined by it stays */
	revokeInvitationLink: {
		input: {
			id: string;
		};
		output: undefined;
	};
	/** List the members of the workspace */
	listMembers: {
		input: {
			/** At most so many; all of them when left out. */
			limit?: number;
			/** The `next_cursor` of the page before. */
			cursor?: string;
		};
		output: {
			data: Member[];
			next_cursor: string | null;
		};
	};
	/** Change a member's role, or how many devboxes the member may have */
	updateMember: {
		input: {
			user_id: string;
		} & UpdateMemberRequest;
		output: Member;
	};
	/** What removing or disabling a member would end, and what would become of each devbox */
	getMemberHoldings: {
		input: {
			user_id: string;
		};
		output: MemberHoldings;
	};
	/** Shut a member out until enabled again; sessions, tokens and connections end at once */
	disableMember: {
		input: {
			user_id: string;
		} & DepartMemberRequest;
		output: DepartedMember;
	};
	/** Let a disabled member in again */
	enableMember: {
		input: {
			user_id: string;
		};
		output: Member;
	};
	/** Remove a member; sessions, tokens and connections end at once */
	removeMember: {
		input: {
			user_id: string;
		} & DepartMemberRequest;
		output: DepartedMember;
	};
	/** See what devboxes are made with where a create says nothing */
	getWorkspaceDefaults: {
		input: {};
		output: WorkspaceDefaults;
	};
	/** Change defaults and locks of devboxes to come; what is left out stays */
	updateWorkspaceDefaults: {
		input: UpdateWorkspaceDefaultsRequest;
		output: WorkspaceDefaults;
	};
	/** What a newcomer has done so far, and what is left */
	getOnboarding: {
		input: {};
		output: Onboarding;
	};
	/** Put the checklist away, or bring it back */
	updateOnboarding: {
		input: UpdateOnboardingRequest;
		output: Onboarding;
	};
	/** See what you bring along to each new devbox */
	getPersonalSettings: {
		input: {};
		output: PersonalSettings;
	};
	/** Change what you bring along; what is left out stays, and null takes it away. What is run in devboxes (dotfiles, shell, editor) is changed by a signed-in browser, or a token with the scopes exec and secret:use */
	updatePersonalSettings: {
		input: UpdatePersonalSettingsRequest;
		output: PersonalSettings;
	};
	/** List your tokens, and as an admin the workspace's provider tokens */
	listApiTokens: {
		input: {
			/** At most so many; all of them when left out. */
			limit?: number;
			/** The `next_cursor` of the page before. */
			cursor?: string;
		};
		output: {
			data: ApiToken[];
			next_cursor: string | null;
		};
	};
	/** Make a token; it is shown once. A signed-in browser only: a token cannot make another */
	createApiToken: {
		input: CreateApiTokenRequest;
		output: CreatedApiToken;
	};
	/** Revoke a token at once; its open streams end. A token may revoke itself alone */
	revokeApiToken: {
		input: {
			id: string;
		};
		output: undefined;
	};
	/** A devbox's network policy, whether it is in force, and what was decided by it */
	getDevboxNetwork: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: DevboxNetwork;
	};
	/** Give a devbox another network policy; in force within 2 s, connections that lose by it are cut */
	changeDevboxNetwork: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & NetworkPolicyRequest;
		output: DevboxNetwork;
	};
	/** A list to review, from what a devbox asked for and its policy does not list */
	proposeDevboxNetwork: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: NetworkProposal;
	};
	/** List the workspace's named network policies */
	listNetworkPolicies: {
		input: {};
		output: {
			data: NamedNetworkPolicy[];
		};
	};
	/** Make a named network policy */
	createNetworkPolicy: {
		input: NamedNetworkPolicyRequest;
		output: NamedNetworkPolicy;
	};
	/** Change a named network policy, for every devbox that follows it */
	changeNetworkPolicy: {
		input: {
			/** Id of the policy, `netp_…`. */
			id: string;
		} & ChangeNamedNetworkPolicyRequest;
		output: NamedNetworkPolicy;
	};
	/** Remove a named network policy that no devbox follows */
	deleteNetworkPolicy: {
		input: {
			/** Id of the policy, `netp_…`. */
			id: string;
		};
		output: undefined;
	};
	/** See which devboxes follow a named network policy */
	listNetworkPolicyUses: {
		input: {
			/** Id of the policy, `netp_…`. */
			id: string;
		};
		output: {
			data: NetworkPolicyUse[];
		};
	};
	/** Who vouches for devboxes, by which keys, and for which audiences they may have ID tokens */
	getIdentity: {
		input: {};
		output: Identity;
	};
	/** Let the workspace's devboxes have ID tokens for an audience */
	allowAudience: {
		input: AllowAudienceRequest;
		output: IdentityAudience;
	};
	/** Give no more ID tokens for an audience; those that were given live for up to five minutes */
	removeAudience: {
		input: {
			/** Id of the audience, `aud_…`. */
			id: string;
		};
		output: undefined;
	};
	/** How each host stands: its last isolation audit, the one that runs, and when the next is due */
	listHostIsolation: {
		input: {};
		output: {
			data: HostIsolation[];
		};
	};
	/** List isolation reports, newest first, at most 200 */
	listIsolationReports: {
		input: {};
		output: {
			data: IsolationReportSummary[];
		};
	};
	/** An isolation report with every attempt, as data and as text */
	getIsolationReport: {
		input: {
			/** Id of the report, `iso_…`. */
			id: string;
		};
		output: IsolationReport;
	};
	/** Ask for an isolation audit; a host that has one under way is not asked twice */
	requestIsolationReports: {
		input: RequestIsolationReports;
		output: {
			data: IsolationReportSummary[];
		};
	};
	/** Devboxes, policies and isolation reports together, as of now or of a past moment */
	getIsolationEvidence: {
		input: {
			/** A past moment, ISO 8601; now when left out. */
			at?: string;
			/** Default: `100`. */
			limit?: number;
			/** The `next_cursor` of the page before. */
			cursor?: string;
		};
		output: IsolationEvidence;
	};
	/** Ask an admin that a devbox may reach a name; asked again while it waits, it is the same request */
	createNetworkRequest: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & CreateNetworkRequestRequest;
		output: NetworkRequest;
	};
	/** Requests for names, those that wait first */
	listNetworkRequests: {
		input: {
			status?: "pending" | "approved" | "declined" | "ended";
			/** Default: `200`. */
			limit?: number;
		};
		output: {
			data: NetworkRequest[];
		};
	};
	/** Let a devbox reach the name for a time, or add it to the policy that the devbox follows */
	approveNetworkRequest: {
		input: {
			/** Id of the request, `netr_…`. */
			id: string;
		} & ApproveNetworkRequestRequest;
		output: NetworkRequest;
	};
	/** Decline a request, with a word */
	declineNetworkRequest: {
		input: {
			/** Id of the request, `netr_…`. */
			id: string;
		} & DeclineNetworkRequestRequest;
		output: NetworkRequest;
	};
	/** Take an approval back; the devbox's connections are cut */
	endNetworkRequest: {
		input: {
			/** Id of the request, `netr_…`. */
			id: string;
		};
		output: NetworkRequest;
	};
	/** What filters decided for all devboxes of the workspace, the latest first */
	listNetworkDecisions: {
		input: {
			/** Its id, or a part of its name. */
			devbox?: string;
			/** A part of what was asked for. */
			name?: string;
			/** A part of the entry that allowed it, or why it was not: not_listed, no_name, … */
			rule?: string;
			verdict?: "allowed" | "observed" | "blocked";
			/** Default: `200`. */
			limit?: number;
		};
		output: {
			data: WorkspaceNetworkDecision[];
		};
	};
	/** List the private addresses that listed names may lead to */
	listInternalServices: {
		input: {};
		output: InternalServices;
	};
	/** Let the workspace's listed names lead to a private address, on some ports */
	createInternalService: {
		input: InternalServiceRequest;
		output: InternalService;
	};
	/** Close it again within 2 s, and answer what it was; connections of the devboxes that could use it are cut */
	deleteInternalService: {
		input: {
			/** Id of the service, `svc_…`. */
			id: string;
		};
		output: InternalService;
	};
	/** How devboxes of the workspace join a tailnet, and what to enter at Tailscale */
	getTailscale: {
		input: {};
		output: Tailscale;
	};
	/** Set how devboxes join that are made from now on */
	setTailscale: {
		input: TailscaleSettingsRequest;
		output: Tailscale;
	};
	/** Try it: read our keys as others do, and exchange a token with the coordination server */
	testTailscale: {
		input: {};
		output: TailscaleTest;
	};
	/** Whether a devbox has joined its tailnet, as which node, or why not */
	getDevboxTailscale: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: DevboxTailscale;
	};
	/** Have a devbox join a tailnet, leave it, or join otherwise; at once while it runs, else with its next start */
	changeDevboxTailscale: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & TailscaleRequest;
		output: DevboxTailscale;
	};
	/** Have a running devbox join its tailnet again, as a new node */
	joinTailscale: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: DevboxTailscale;
	};
	/** Get a link that opens the preview of a port once, without a dashboard's session */
	createPreviewLink: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & CreatePreviewLinkRequest;
		output: PreviewLink;
	};
	/** Register your SSH key, in place of the one that this set before; keys added by name stay */
	setSshKey: {
		input: SetSshKeyRequest;
		output: undefined;
	};
	/** Remove every SSH key of yours; connections made with them end */
	deleteSshKey: {
		input: {};
		output: undefined;
	};
	/** List your SSH keys */
	listSshKeys: {
		input: {
			/** At most so many; all of them when left out. */
			limit?: number;
			/** The `next_cursor` of the page before. */
			cursor?: string;
		};
		output: {
			data: SshKey[];
			next_cursor: string | null;
		};
	};
	/** Register one more SSH key */
	addSshKey: {
		input: AddSshKeyRequest;
		output: SshKey;
	};
	/** Remove one SSH key; connections made with it end */
	removeSshKey: {
		input: {
			id: string;
		};
		output: undefined;
	};
	/** Whether and how a GitHub account can be connected here */
	getGithubSetup: {
		input: {};
		output: GithubSetup;
	};
	/** Begin to connect your GitHub account; open the answered address in a browser */
	connectGithub: {
		input: {
			/** Where the browser goes afterwards, with github=connected or github=failed added; of this server's origin, or one that its operator allows. */
			return_url: string;
		};
		output: GithubConnect;
	};
	/** Which GitHub account is connected; 404 for none */
	getGithubConnection: {
		input: {};
		output: GithubConnection;
	};
	/** End the connection to GitHub; having none is success */
	disconnectGithub: {
		input: {};
		output: undefined;
	};
	/** End the connection to GitHub, and hear whether GitHub revoked it as well */
	revokeGithubConnection: {
		input: {};
		output: GithubDisconnected;
	};
	/** List the repositories of your GitHub account and of the organisations that you granted; 409 without a connection */
	listGithubRepositories: {
		input: {
			/** A part of the name. */
			query?: string;
			/** All when left out. */
			limit?: number;
			/** `next_cursor` of the page before. */
			cursor?: string;
		};
		output: {
			data: GithubRepository[];
			/** Null: there are no more. */
			next_cursor: string | null;
			/** The account has more than this server reads. */
			is_cut: boolean;
		};
	};
	/** List branches of a repository, its default branch first */
	listGithubBranches: {
		input: {
			repository: string;
			/** A part of the name. */
			query?: string;
		};
		output: GithubBranches;
	};
	/** List the organisations of your GitHub account; 409 without a connection */
	listGithubOrganizations: {
		input: {};
		output: {
			data: GithubOrganization[];
		};
	};
	/** Choose the organisations whose repositories may be used; 409 without a connection */
	grantGithubOrganizations: {
		input: {
			org_logins: string[];
		};
		output: GithubGrants;
	};
	/** List the public SSH keys of your GitHub account, to choose from */
	listGithubSshKeys: {
		input: {};
		output: {
			data: GithubSshKey[];
		};
	};
	/** Register chosen SSH keys of your GitHub account */
	importGithubSshKeys: {
		input: ImportGithubSshKeysRequest;
		output: {
			data: SshKey[];
		};
	};
	/** See where SSH reaches the devboxes, and by which host key: ssh <devbox>@host -p port */
	getSshGateway: {
		input: {};
		output: SshGateway;
	};
	/** Make an SSH login that works for 8 hours on a machine without a registered key */
	createAccessSession: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: CreateAccessSessionResponse;
	};
	/** List the access sessions in force */
	listAccessSessions: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** At most so many; all of them when left out. */
			limit?: number;
			/** The `next_cursor` of the page before. */
			cursor?: string;
		};
		output: {
			data: ExecSessionResponse[];
			next_cursor: string | null;
		};
	};
	/** Revoke an access session, by its id or its secret; its connections end */
	revokeAccessSession: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
			session_id: string;
		};
		output: undefined;
	};
	/** Remove a file, an empty directory, or a directory with all in it */
	removeFile: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** Absolute, or relative to the user's home (`~/` may say so); up to 4096 bytes of UTF-8. `..` is resolved before the devbox is asked. */
			path: string;
			/** A directory with all in it. Default: `"false"`. */
			recursive?: "true" | "false";
			/** As whom: who may read, and who owns what is made. Default: `"devbox"`. */
			user?: "devbox" | "root";
		};
		output: undefined;
	};
	/** List a directory */
	listFiles: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** Absolute, or relative to the user's home (`~/` may say so); up to 4096 bytes of UTF-8. `..` is resolved before the devbox is asked. Default: `"~"`. */
			path?: string;
			/** As whom: who may read, and who owns what is made. Default: `"devbox"`. */
			user?: "devbox" | "root";
		};
		output: FileList;
	};
	/** Look at one file, directory or symlink */
	statFile: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** Absolute, or relative to the user's home (`~/` may say so); up to 4096 bytes of UTF-8. `..` is resolved before the devbox is asked. */
			path: string;
			/** As whom: who may read, and who owns what is made. Default: `"devbox"`. */
			user?: "devbox" | "root";
		};
		output: FileStat;
	};
	/** Make a directory */
	makeDirectory: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** As whom: who may read, and who owns what is made. Default: `"devbox"`. */
			user?: "devbox" | "root";
		} & MakeDirectoryRequest;
		output: FileStat;
	};
	/** Move or rename a file or a directory */
	moveFile: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** As whom: who may read, and who owns what is made. Default: `"devbox"`. */
			user?: "devbox" | "root";
		} & MoveFileRequest;
		output: FileStat;
	};
	/** Start a command in a devbox and answer its id */
	createExec: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & ExecRequest;
		output: Exec;
	};
	/** List a devbox's execs, newest first */
	listExecs: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			cursor?: string;
			/** Default: `50`. */
			limit?: number;
			status?: "running" | "exited" | "lost";
		};
		output: {
			data: Exec[];
			next_cursor: string | null;
		};
	};
	/** Get one exec */
	getExec: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
			/** Id of the exec, `exe_…`. */
			exec_id: string;
		};
		output: Exec;
	};
	/** End an exec's whole process group: SIGTERM, and SIGKILL after 5 s. One that has ended stays as it is */
	cancelExec: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
			/** Id of the exec, `exe_…`. */
			exec_id: string;
		};
		output: Exec;
	};
	/** Send a signal to an exec's process group */
	signalExec: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
			/** Id of the exec, `exe_…`. */
			exec_id: string;
		} & {
			/** As `INT` or `SIGINT`. */
			signal: string;
		};
		output: Exec;
	};
	/** Tell the terminal of an exec its size */
	resizeExec: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
			/** Id of the exec, `exe_…`. */
			exec_id: string;
		} & {
			cols: number;
			rows: number;
		};
		output: undefined;
	};
	/** Who did what, newest first; a page may hold fewer than asked, or none, and still have a next */
	listAuditEvents: {
		input: {
			action?: "devbox.create" | "devbox.destroy" | "devbox.start" | "devbox.stop" | "devbox.update" | "devbox.idle" | "devbox.expire" | "network.change" | "network_policy.create" | "network_policy.update" | "network_policy.delete" | "internal_service.create" | "internal_service.delete" | "identity.token" | "identity_audience.allow" | "identity_audience.remove" | "network_request.create" | "network_request.approve" | "network_request.decline" | "network_request.end" | "tailscale.set" | "tailscale.test" | "tailscale.change" | "tailscale.join" | "isolation.request" | "isolation.audit" | "isolation.export" | "exec.start" | "exec.cancel" | "exec.signal" | "exec.input" | "exec.resize" | "file.upload" | "file.remove" | "file.move" | "directory.make" | "archive.upload" | "terminal.ticket" | "terminal.open" | "terminal.close" | "terminal.end" | "preview.link" | "preview.open" | "ssh.open" | "ssh.close" | "ssh.refused" | "access_session.create" | "access_session.revoke" | "ssh_key.add" | "ssh_key.remove" | "token.create" | "token.revoke" | "session.begin" | "session.end" | "session.refused" | "session.revoke" | "member.update" | "member.disable" | "member.enable" | "member.remove" | "personal_settings.update" | "invitation.create" | "invitation.delete" | "invitation_link.create" | "invitation_link.revoke" | "invitation_link.use" | "workspace.update" | "defaults.update" | "onboarding.update" | "github.connect" | "github.connected" | "github.disconnect" | "github.grant" | "devbox.refresh" | "devbox.ai_tokens" | "secret.create" | "secret.update" | "secret.put" | "secret.delete" | "secret.destroy_version" | "secret.restore_version" | "secret.refresh" | "secret.use" | "secret.refused" | "git.fetch" | "git.push" | "git.clone" | "audit.export" | "audit.prune" | "operator.command" | "audit.lost";
			/** A user's login or id. */
			actor?: string;
			/** The id of a devbox, user, token, … */
			target?: string;
			outcome?: "success" | "refused" | "failed";
			/** Not before this moment, ISO 8601. */
			since?: string;
			/** Before this moment, ISO 8601. */
			until?: string;
			/** In action, login, target, address, request id and detail, whatever the case. */
			q?: string;
			cursor?: string;
			/** Default: `50`. */
			limit?: number;
		};
		output: {
			data: AuditEvent[];
			next_cursor: string | null;
		};
	};
	/** See what a devbox was made from, and the request that makes another like it */
	getDevboxInputs: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: DevboxInputs;
	};
	/** List your secrets and the workspace's, without their values */
	listSecrets: {
		input: {};
		output: {
			data: Secret[];
		};
	};
	/** Add a secret of yours, or as an admin one of the workspace */
	createSecret: {
		input: CreateSecretRequest;
		output: Secret;
	};
	/** Get one secret, without its value */
	getSecret: {
		input: {
			/** Id of the secret, `sec_…`. */
			id: string;
		};
		output: Secret;
	};
	/** Change what a secret is called and whether it is in all boxes */
	updateSecret: {
		input: {
			/** Id of the secret, `sec_…`. */
			id: string;
		} & UpdateSecretRequest;
		output: Secret;
	};
	/** Give a secret a new value: a new version. The 10 newest are kept */
	putSecretValue: {
		input: {
			/** Id of the secret, `sec_…`. */
			id: string;
		} & PutSecretValueRequest;
		output: ChangedSecret;
	};
	/** Delete a secret with all its versions; answers which boxes lose it at their next start or refresh */
	deleteSecret: {
		input: {
			/** Id of the secret, `sec_…`. */
			id: string;
		};
		output: {
			data: SecretUse[];
		};
	};
	/** List the versions of a secret, newest first */
	listSecretVersions: {
		input: {
			/** Id of the secret, `sec_…`. */
			id: string;
		};
		output: {
			data: SecretVersion[];
		};
	};
	/** Destroy the value of an older version for good */
	destroySecretVersion: {
		input: {
			/** Id of the secret, `sec_…`. */
			id: string;
			/** Number of the version. */
			version: number;
		};
		output: undefined;
	};
	/** Make an older value the newest version */
	restoreSecretVersion: {
		input: {
			/** Id of the secret, `sec_…`. */
			id: string;
			/** Number of the version. */
			version: number;
		};
		output: ChangedSecret;
	};
	/** List which of your boxes have a secret, and since when; an admin sees all boxes of a workspace's secret */
	listSecretUses: {
		input: {
			/** Id of the secret, `sec_…`. */
			id: string;
		};
		output: {
			data: SecretUse[];
		};
	};
	/** Refresh every running box of yours that holds an older value; an admin, of a workspace's secret, all boxes */
	refreshSecret: {
		input: {
			/** Id of the secret, `sec_…`. */
			id: string;
		};
		output: {
			data: SecretUse[];
		};
	};
	/** List the variables of a devbox and where they are from, without their values */
	getEnvironment: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: Environment;
	};
	/** Bring the newest secrets into a running devbox. Programs that run keep what they have; new shells get it */
	refreshEnvironment: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		};
		output: Devbox;
	};
	/** Give a devbox its AI tokens (again): at once while it runs, else with its next start */
	setAiTokens: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & SetAiTokensRequest;
		headers: {
			/** For `inject_claude_token`. */
			"X-Claude-Token"?: string;
			/** For `inject_codex_token`. */
			"X-Codex-Token"?: string;
		};
		output: Devbox;
	};
};

/** What each streaming operation takes beside its stream, and answers where that is JSON. */
export type StreamTypes = {
	/** Live changes of your devboxes as server-sent events */
	streamEvents: {
		input: {};
	};
	/** The same with every devbox, as a file to keep: JSON (an IsolationEvidence) or Markdown */
	exportIsolationEvidence: {
		input: {
			/** A past moment, ISO 8601; now when left out. */
			at?: string;
			/** Default: `"json"`. */
			format?: "json" | "markdown";
		};
	};
	/** Download a file; takes one byte range */
	downloadFile: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** Absolute, or relative to the user's home (`~/` may say so); up to 4096 bytes of UTF-8. `..` is resolved before the devbox is asked. */
			path: string;
			/** As whom: who may read, and who owns what is made. Default: `"devbox"`. */
			user?: "devbox" | "root";
		};
	};
	/** Upload a file, which has its name only once it is whole */
	uploadFile: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** Absolute, or relative to the user's home (`~/` may say so); up to 4096 bytes of UTF-8. `..` is resolved before the devbox is asked. */
			path: string;
			/** Left out: that of the file it replaces, or 0644. */
			mode?: string;
			/** Replace a file of that name; without it such a file is a conflict. Default: `"true"`. */
			overwrite?: "true" | "false";
			/** Make the directories above it. Default: `"false"`. */
			parents?: "true" | "false";
			/** What the body must have, as the header X-Content-Sha256 may say too. */
			sha256?: string;
			/** As whom: who may read, and who owns what is made. Default: `"devbox"`. */
			user?: "devbox" | "root";
		};
		headers: {
			/** SHA-256, hexadecimal. */
			"X-Content-Sha256"?: string;
		};
		output: UploadedFile;
	};
	/** Download a directory as a tar archive */
	downloadArchive: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** Absolute, or relative to the user's home (`~/` may say so); up to 4096 bytes of UTF-8. `..` is resolved before the devbox is asked. */
			path: string;
			/** As whom: who may read, and who owns what is made. Default: `"devbox"`. */
			user?: "devbox" | "root";
		};
	};
	/** Upload a tar archive (also gzipped) as a directory, which is there only once all of it is */
	uploadArchive: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & {
			/** The directory that the archive's entries become the content of. */
			path: string;
			/** A directory that is there already: `fail` unless it is empty, `merge` into it (files of the same name are replaced), `replace` it whole. Default: `"fail"`. */
			if_exists?: "fail" | "merge" | "replace";
			/** Make the directories above it. Default: `"false"`. */
			parents?: "true" | "false";
			/** As whom: who may read, and who owns what is made. Default: `"devbox"`. */
			user?: "devbox" | "root";
		};
		output: UploadedArchive;
	};
	/** Start a command and stream it to its end; a repetition with the same Idempotency-Key joins it */
	runExec: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
		} & ExecRequest;
	};
	/** Follow an exec from any offset */
	streamExec: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
			/** Id of the exec, `exe_…`. */
			exec_id: string;
		} & {
			/** Default: `0`. */
			stdout_offset?: number;
			/** Default: `0`. */
			stderr_offset?: number;
		};
	};
	/** Download what an exec has written so far; `Devbox-Log-Offset` says where in it the answer begins */
	getExecLogs: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
			/** Id of the exec, `exe_…`. */
			exec_id: string;
			stream: "stdout" | "stderr";
		} & {
			/** Default: `0`. */
			offset?: number;
		};
	};
	/** Write to an exec's standard input; the answer comes when the process has been given all of it */
	writeExecStdin: {
		input: {
			/** Id of the devbox, `dbx_…`. */
			id: string;
			/** Id of the exec, `exe_…`. */
			exec_id: string;
		} & {
			/** Close it afterwards. Default: `"false"`. */
			eof?: "true" | "false";
		};
		output: undefined;
	};
	/** The audit log as JSON lines, oldest first: each line is an AuditEvent */
	exportAuditEvents: {
		input: {
			action?: "devbox.create" | "devbox.destroy" | "devbox.start" | "devbox.stop" | "devbox.update" | "devbox.idle" | "devbox.expire" | "network.change" | "network_policy.create" | "network_policy.update" | "network_policy.delete" | "internal_service.create" | "internal_service.delete" | "identity.token" | "identity_audience.allow" | "identity_audience.remove" | "network_request.create" | "network_request.approve" | "network_request.decline" | "network_request.end" | "tailscale.set" | "tailscale.test" | "tailscale.change" | "tailscale.join" | "isolation.request" | "isolation.audit" | "isolation.export" | "exec.start" | "exec.cancel" | "exec.signal" | "exec.input" | "exec.resize" | "file.upload" | "file.remove" | "file.move" | "directory.make" | "archive.upload" | "terminal.ticket" | "terminal.open" | "terminal.close" | "terminal.end" | "preview.link" | "preview.open" | "ssh.open" | "ssh.close" | "ssh.refused" | "access_session.create" | "access_session.revoke" | "ssh_key.add" | "ssh_key.remove" | "token.create" | "token.revoke" | "session.begin" | "session.end" | "session.refused" | "session.revoke" | "member.update" | "member.disable" | "member.enable" | "member.remove" | "personal_settings.update" | "invitation.create" | "invitation.delete" | "invitation_link.create" | "invitation_link.revoke" | "invitation_link.use" | "workspace.update" | "defaults.update" | "onboarding.update" | "github.connect" | "github.connected" | "github.disconnect" | "github.grant" | "devbox.refresh" | "devbox.ai_tokens" | "secret.create" | "secret.update" | "secret.put" | "secret.delete" | "secret.destroy_version" | "secret.restore_version" | "secret.refresh" | "secret.use" | "secret.refused" | "git.fetch" | "git.push" | "git.clone" | "audit.export" | "audit.prune" | "operator.command" | "audit.lost";
			/** A user's login or id. */
			actor?: string;
			/** The id of a devbox, user, token, … */
			target?: string;
			outcome?: "success" | "refused" | "failed";
			/** Not before this moment, ISO 8601. */
			since?: string;
			/** Before this moment, ISO 8601. */
			until?: string;
			/** In action, login, target, address, request id and detail, whatever the case. */
			q?: string;
		};
	};
};
