/**
 * What the audit log keeps of each write of the API. An operation that is no GET and has no line here does not compile.
 *
 * A part of the request or answer is kept only when a line names it, so that no secret is kept because somebody forgot about it:
 * `body.name` is a field of the request, `answer.id` of what was answered.
 */
import type { AuditAction } from "../domain/audit.ts";
import type { ApiOperationId, apiOperations } from "./api.ts";

type Place = `${"params" | "query" | "body" | "answer"}.${string}`;

export type AuditedWrite = {
	action: AuditAction;
	/** Of the first of these places that has a text. `actor` and `workspace` are the caller's own. */
	target: { kind: string; id: "actor" | "workspace" | readonly Place[]; name?: readonly Place[] };
	/** By the name that the log gives it. */
	detail?: Readonly<Record<string, Place>>;
	/** A path where every millisecond is felt: its event is written after the answer. All others are answered once theirs stands. */
	isHot?: true;
	/** Comes in floods: repetitions within a minute are one more event, with their count. */
	isGathered?: true;
};

type Table = typeof apiOperations;
export type WriteOperationId = {
	[Id in ApiOperationId]: Table[Id]["method"] extends "GET" ? never : Id;
}[ApiOperationId];

const devbox = { kind: "devbox", id: ["params.id"] } as const;
const exec = { kind: "exec", id: ["params.exec_id"] } as const;
const execPlaces = { exec_id: "answer.id", user: "body.user", tty: "body.tty", detach: "body.detach" } as const;
const secret = { kind: "secret", id: ["params.id"] } as const;
const ofDevbox = { devbox_id: "params.id" } as const;
const member = { kind: "user", id: ["params.user_id"], name: ["answer.user.login"] } as const;
const departure = {
	devboxes: "body.devboxes",
	transfer_to: "body.devboxes.transfer_to",
	transferred_to: "answer.transferred_to.login",
} as const;
const networkRequest = { kind: "network_request", id: ["params.id"], name: ["answer.name"] } as const;
const github = { kind: "github", id: "actor" } as const;

export const auditedWrites = {
	createDevbox: {
		action: "devbox.create",
		target: { kind: "devbox", id: ["answer.id"], name: ["answer.name", "body.name"] },
		detail: {
			image: "answer.image",
			size: "answer.size",
			repository: "answer.resolved.repository.value.url",
			branch: "answer.resolved.repository.value.branch",
			access_mode: "answer.access_mode",
			auto_stop_idle_timeout: "answer.auto_stop_idle_timeout",
			expires_after: "answer.expires_after",
		},
	},
	updateDevbox: {
		action: "devbox.update",
		target: { ...devbox, name: ["answer.name"] },
		detail: {
			access_mode: "body.access_mode",
			credentials_withheld: "body.credentials_withheld",
			auto_stop_idle_timeout: "body.auto_stop_idle_timeout",
			expires_after: "body.expires_after",
		},
	},
	deleteDevbox: { action: "devbox.destroy", target: devbox },
	stopDevbox: { action: "devbox.stop", target: { ...devbox, name: ["answer.name"] } },
	startDevbox: { action: "devbox.start", target: { ...devbox, name: ["answer.name"] } },
	refreshEnvironment: { action: "devbox.refresh", target: { ...devbox, name: ["answer.name"] } },
	setAiTokens: { action: "devbox.ai_tokens", target: { ...devbox, name: ["answer.name"] } },
	changeDevboxNetwork: {
		action: "network.change",
		target: devbox,
		detail: {
			mode: "answer.mode",
			egress_domains: "answer.egress_domains",
			setup: "answer.setup.mode",
			setup_domains: "answer.setup.egress_domains",
			policy: "answer.policy",
		},
	},
	requestIsolationReports: {
		action: "isolation.request",
		target: { kind: "host", id: ["body.host_id"] },
	},
	createNetworkPolicy: {
		action: "network_policy.create",
		target: { kind: "network_policy", id: ["answer.id"], name: ["body.name"] },
		detail: {
			mode: "answer.mode",
			egress_domains: "answer.egress_domains",
			setup: "answer.setup.mode",
			setup_domains: "answer.setup.egress_domains",
		},
	},
	changeNetworkPolicy: {
		action: "network_policy.update",
		target: { kind: "network_policy", id: ["params.id"], name: ["answer.name"] },
		detail: {
			mode: "answer.mode",
			egress_domains: "answer.egress_domains",
			setup: "answer.setup.mode",
			setup_domains: "answer.setup.egress_domains",
			add_domains: "body.add_domains",
		},
	},
	deleteNetworkPolicy: { action: "network_policy.delete", target: { kind: "network_policy", id: ["params.id"] } },
	createInternalService: {
		action: "internal_service.create",
		target: { kind: "internal_service", id: ["answer.id"], name: ["body.name"] },
		detail: { address: "body.address", ports: "body.ports" },
	},
	deleteInternalService: {
		action: "internal_service.delete",
		target: { kind: "internal_service", id: ["params.id"], name: ["answer.name"] },
		detail: { address: "answer.address", ports: "answer.ports" },
	},
	allowAudience: {
		action: "identity_audience.allow",
		target: { kind: "identity_audience", id: ["answer.id"], name: ["body.audience"] },
	},
	removeAudience: { action: "identity_audience.remove", target: { kind: "identity_audience", id: ["params.id"] } },
	createNetworkRequest: {
		action: "network_request.create",
		target: devbox,
		detail: { request_id: "answer.id", name: "body.name", reason: "body.reason" },
	},
	approveNetworkRequest: {
		action: "network_request.approve",
		target: networkRequest,
		detail: {
			devbox_id: "answer.devbox.id",
			name: "answer.name",
			expires_in: "body.expires_in",
			add_to_policy: "body.add_to_policy",
		},
	},
	declineNetworkRequest: {
		action: "network_request.decline",
		target: networkRequest,
		detail: { devbox_id: "answer.devbox.id", name: "answer.name", answer: "body.answer" },
	},
	endNetworkRequest: {
		action: "network_request.end",
		target: networkRequest,
		detail: { devbox_id: "answer.devbox.id", name: "answer.name" },
	},
	setTailscale: {
		action: "tailscale.set",
		target: { kind: "workspace", id: "workspace" },
		detail: {
			is_enabled: "body.is_enabled",
			is_locked: "body.is_locked",
			client_id: "body.client_id",
			tags: "body.tags",
			login_server: "body.login_server",
			on_failure: "body.on_failure",
		},
	},
	testTailscale: {
		action: "tailscale.test",
		target: { kind: "workspace", id: "workspace" },
		detail: { ok: "answer.ok" },
	},
	changeDevboxTailscale: {
		action: "tailscale.change",
		target: devbox,
		detail: {
			enabled: "answer.enabled",
			client_id: "answer.client_id",
			tags: "answer.tags",
			hostname: "answer.hostname",
			login_server: "answer.login_server",
		},
	},
	joinTailscale: { action: "tailscale.join", target: devbox },
	deleteTerminal: { action: "terminal.end", target: devbox, detail: { terminal: "params.terminal" } },
	createTerminalTicket: { action: "terminal.ticket", target: devbox, detail: { terminal: "body.terminal" } },
	createExec: { action: "exec.start", target: devbox, detail: execPlaces, isHot: true },
	runExec: { action: "exec.start", target: devbox, detail: execPlaces, isHot: true },
	cancelExec: { action: "exec.cancel", target: exec, detail: ofDevbox, isHot: true },
	signalExec: { action: "exec.signal", target: exec, detail: { ...ofDevbox, signal: "body.signal" }, isHot: true },
	resizeExec: { action: "exec.resize", target: exec, detail: ofDevbox, isHot: true, isGathered: true },
	writeExecStdin: { action: "exec.input", target: exec, detail: ofDevbox, isHot: true, isGathered: true },
	uploadFile: {
		action: "file.upload",
		target: devbox,
		detail: { path: "query.path", user: "query.user" },
		isHot: true,
	},
	removeFile: {
		action: "file.remove",
		target: devbox,
		detail: { path: "query.path", user: "query.user" },
		isHot: true,
	},
	makeDirectory: {
		action: "directory.make",
		target: devbox,
		detail: { path: "body.path", user: "query.user" },
		isHot: true,
	},
	moveFile: {
		action: "file.move",
		target: devbox,
		detail: { from: "body.from", to: "body.to", user: "query.user" },
		isHot: true,
	},
	uploadArchive: {
		action: "archive.upload",
		target: devbox,
		detail: { path: "query.path", user: "query.user" },
		isHot: true,
	},
	createPreviewLink: { action: "preview.link", target: devbox, detail: { port: "body.port" } },
	createAccessSession: { action: "access_session.create", target: devbox, detail: { access_session_id: "answer.id" } },
	// Its parameter may be the session's secret.
	revokeAccessSession: { action: "access_session.revoke", target: devbox },
	setSshKey: { action: "ssh_key.add", target: { kind: "user", id: "actor" } },
	deleteSshKey: { action: "ssh_key.remove", target: { kind: "user", id: "actor" } },
	addSshKey: {
		action: "ssh_key.add",
		target: { kind: "ssh_key", id: ["answer.id"], name: ["body.name"] },
		detail: { fingerprint: "answer.fingerprint" },
	},
	removeSshKey: { action: "ssh_key.remove", target: { kind: "ssh_key", id: ["params.id"] } },
	createApiToken: {
		action: "token.create",
		target: { kind: "token", id: ["answer.id"], name: ["body.name"] },
		detail: { kind: "body.kind", scopes: "body.scopes", expires_in_days: "body.expires_in_days" },
	},
	revokeApiToken: { action: "token.revoke", target: { kind: "token", id: ["params.id"] } },
	revokeSession: { action: "session.revoke", target: { kind: "session", id: ["params.id"] } },
	createSecret: {
		action: "secret.create",
		target: { kind: "secret", id: ["answer.id"], name: ["answer.name", "body.name"] },
		detail: {
			scope: "body.scope",
			env_name: "body.env_name",
			in_all_boxes: "body.in_all_boxes",
			version_id: "answer.version_id",
		},
	},
	updateSecret: {
		action: "secret.update",
		target: { ...secret, name: ["answer.name"] },
		detail: { env_name: "body.env_name", in_all_boxes: "body.in_all_boxes" },
	},
	putSecretValue: {
		action: "secret.put",
		target: { ...secret, name: ["answer.secret.name"] },
		detail: { version_id: "answer.secret.version_id", version: "answer.secret.version" },
	},
	deleteSecret: { action: "secret.delete", target: secret },
	destroySecretVersion: { action: "secret.destroy_version", target: secret, detail: { version: "params.version" } },
	restoreSecretVersion: {
		action: "secret.restore_version",
		target: { ...secret, name: ["answer.secret.name"] },
		detail: { restored: "params.version", version: "answer.secret.version" },
	},
	refreshSecret: { action: "secret.refresh", target: secret },
	updateMember: {
		action: "member.update",
		target: { kind: "user", id: ["params.user_id"], name: ["answer.user.login"] },
		detail: { devbox_quota: "body.devbox_quota", role: "body.role" },
	},
	disableMember: { action: "member.disable", target: member, detail: departure },
	enableMember: { action: "member.enable", target: member },
	removeMember: {
		action: "member.remove",
		target: member,
		detail: { ...departure, github_revoked: "answer.github.is_revoked" },
	},
	updatePersonalSettings: {
		action: "personal_settings.update",
		target: { kind: "user", id: "actor" },
		detail: {
			commit_name: "body.commit_name",
			commit_email: "body.commit_email",
			dotfiles_repository: "body.dotfiles_repository",
			shell: "body.shell",
		},
	},
	createInvitation: {
		action: "invitation.create",
		target: { kind: "invitation", id: ["answer.id"], name: ["body.github_login"] },
		detail: { role: "body.role" },
	},
	deleteInvitation: { action: "invitation.delete", target: { kind: "invitation", id: ["params.id"] } },
	createInvitationLink: {
		action: "invitation_link.create",
		target: { kind: "invitation_link", id: ["answer.id"] },
		detail: { role: "body.role", uses_max: "body.uses_max", expires_in_days: "body.expires_in_days" },
	},
	revokeInvitationLink: {
		action: "invitation_link.revoke",
		target: { kind: "invitation_link", id: ["params.id"] },
	},
	updateWorkspace: {
		action: "workspace.update",
		target: { kind: "workspace", id: "workspace", name: ["answer.name"] },
		detail: {
			name: "body.name",
			require_ssh_key: "body.require_ssh_key",
			git_proxy: "body.git_proxy",
			isolation_every_days: "body.isolation_every_days",
		},
	},
	// What a setup command says may be anything: the log keeps their values out, and the locks of all fields in.
	updateWorkspaceDefaults: {
		action: "defaults.update",
		target: { kind: "workspace", id: "workspace" },
		detail: {
			version: "answer.version",
			image: "body.image.value",
			image_locked: "body.image.locked",
			size: "body.size.value",
			size_locked: "body.size.locked",
			repository: "body.repository.value.url",
			repository_branch: "body.repository.value.branch",
			repository_locked: "body.repository.locked",
			setup_commands_locked: "body.setup_commands.locked",
			setup_timeout_seconds: "body.setup_timeout_seconds.value",
			setup_timeout_seconds_locked: "body.setup_timeout_seconds.locked",
			auto_stop_idle_timeout: "body.auto_stop_idle_timeout.value",
			auto_stop_idle_timeout_locked: "body.auto_stop_idle_timeout.locked",
			expires_after: "body.expires_after.value",
			expires_after_locked: "body.expires_after.locked",
			devboxes_per_member: "body.devboxes_per_member.value",
			devboxes_per_member_locked: "body.devboxes_per_member.locked",
			network_policy: "body.network_policy.value.policy",
			network_mode: "body.network_policy.value.mode",
			network_egress_domains: "body.network_policy.value.egress_domains",
			network_setup: "body.network_policy.value.setup.mode",
			network_setup_domains: "body.network_policy.value.setup.egress_domains",
			network_policy_locked: "body.network_policy.locked",
		},
	},
	updateOnboarding: {
		action: "onboarding.update",
		target: { kind: "user", id: "actor" },
		detail: { is_dismissed: "body.is_dismissed" },
	},
	connectGithub: { action: "github.connect", target: github },
	disconnectGithub: { action: "github.disconnect", target: github },
	revokeGithubConnection: { action: "github.disconnect", target: github, detail: { is_revoked: "answer.is_revoked" } },
	importGithubSshKeys: {
		action: "ssh_key.add",
		target: { kind: "user", id: "actor" },
		detail: { fingerprints: "body.fingerprints" },
	},
	grantGithubOrganizations: { action: "github.grant", target: github, detail: { org_logins: "body.org_logins" } },
} as const satisfies Record<WriteOperationId, AuditedWrite>;
