/** What the audit log can tell: the closed set of its actions, and the shape of one event. */
import type { Actor } from "./actor.ts";

/**
 * Every write of the API is one of these (lib/contract/audited-writes.ts says which), and so is what happens beside the API. Said as
 * what somebody set out to do: whether it was done is the event's outcome.
 */
export const auditActions = {
	"devbox.create": "Create devbox",
	"devbox.destroy": "Destroy devbox",
	"devbox.start": "Start devbox",
	"devbox.stop": "Stop devbox",
	"devbox.update": "Change devbox's visibility or lifetime",
	"devbox.idle": "Devbox stopped: nobody used it",
	"devbox.expire": "Devbox destroyed: its time was up",
	"network.change": "Change devbox's network policy",
	"network_policy.create": "Make network policy",
	"network_policy.update": "Change network policy",
	"network_policy.delete": "Remove network policy",
	"internal_service.create": "Let names lead to an internal service",
	"internal_service.delete": "Close internal service",
	"identity.token": "Give devbox an ID token",
	"identity_audience.allow": "Allow audience of ID tokens",
	"identity_audience.remove": "Remove audience of ID tokens",
	"network_request.create": "Ask for a name that the network policy blocks",
	"network_request.approve": "Approve a name for a devbox",
	"network_request.decline": "Decline a name for a devbox",
	"network_request.end": "End the approval of a name",
	"tailscale.set": "Set how devboxes join a tailnet",
	"tailscale.test": "Test the connection to Tailscale",
	"tailscale.change": "Change which tailnet devbox joins",
	"tailscale.join": "Have devbox join its tailnet",
	"isolation.request": "Ask for an isolation audit",
	"isolation.audit": "Audit isolation",
	"isolation.export": "Export isolation evidence",
	"exec.start": "Start command",
	"exec.cancel": "End command",
	"exec.signal": "Signal command",
	"exec.input": "Write to command",
	"exec.resize": "Resize command's terminal",
	"file.upload": "Upload file",
	"file.remove": "Remove file",
	"file.move": "Move file",
	"directory.make": "Make directory",
	"archive.upload": "Upload archive",
	"terminal.ticket": "Ask for terminal",
	"terminal.open": "Open terminal",
	"terminal.close": "Leave terminal",
	"terminal.end": "End terminal",
	"preview.link": "Make preview link",
	"preview.open": "Open preview",
	"ssh.open": "Open SSH connection",
	"ssh.close": "Close SSH connection",
	"ssh.refused": "Log in by SSH",
	"access_session.create": "Make SSH access session",
	"access_session.revoke": "Revoke SSH access session",
	"ssh_key.add": "Add SSH key",
	"ssh_key.remove": "Remove SSH key",
	"token.create": "Make API token",
	"token.revoke": "Revoke API token",
	"session.begin": "Sign in",
	"session.end": "Sign out",
	"session.refused": "Try to sign in",
	"session.revoke": "Sign a browser out",
	"member.update": "Change member",
	"member.disable": "Disable member",
	"member.enable": "Enable member",
	"member.remove": "Remove member",
	"personal_settings.update": "Change personal settings",
	"invitation.create": "Invite",
	"invitation.delete": "Take invitation back",
	"invitation_link.create": "Make invitation link",
	"invitation_link.revoke": "Revoke invitation link",
	"invitation_link.use": "Join by invitation link",
	"workspace.update": "Change workspace's rules",
	"defaults.update": "Change defaults of new devboxes",
	"onboarding.update": "Put newcomer's checklist away",
	"github.connect": "Begin GitHub connection",
	"github.connected": "Connect GitHub",
	"github.disconnect": "Disconnect GitHub",
	"github.grant": "Grant GitHub organisations",
	"devbox.refresh": "Refresh devbox's environment",
	"devbox.ai_tokens": "Give AI tokens to devbox",
	"secret.create": "Add secret",
	"secret.update": "Change secret",
	"secret.put": "Give secret a new value",
	"secret.delete": "Delete secret",
	"secret.destroy_version": "Destroy older value of secret",
	"secret.restore_version": "Restore older value of secret",
	"secret.refresh": "Refresh devboxes with an older value",
	"secret.use": "Bring secret into devbox",
	"secret.refused": "Open a sealed value that was moved, cut or changed",
	"git.fetch": "Fetch from inside a devbox",
	"git.push": "Push from inside a devbox",
	"git.clone": "Clone into devbox",
	"audit.export": "Export audit log",
	"audit.prune": "Remove old audit events",
	"operator.command": "Command on the server",
	"audit.lost": "Write audit events",
} as const;

export type AuditAction = keyof typeof auditActions;

/** `refused`: answered with a 4xx, nothing was done. `failed`: it was our side. */
export const auditOutcomes = ["success", "refused", "failed"] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** `box`: a devbox itself asked, over its link. `system`: this product, or its operator. `visitor`: nobody that is known. */
export type AuditActor =
	| Pick<Actor, "kind" | "userId" | "login" | "credentialId">
	| { kind: "box" | "system" | "visitor"; userId?: string | null; login?: string | null };

/** `id` is null for what was never made. */
export type AuditTarget = { kind: string; id: string | null; name?: string | null };

export type AuditDetail = Record<string, string | number | boolean | null | readonly string[]>;

export type AuditEvent = {
	workspaceId: string;
	actor: AuditActor;
	action: AuditAction;
	target?: AuditTarget | null;
	outcome: AuditOutcome;
	/** When it happened; now when left out. */
	at?: Date;
	/** The client's IP address. */
	address?: string | null;
	requestId?: string | null;
	/** What a reader needs beside: names, counts, ids. Never a secret's value. */
	detail?: Readonly<AuditDetail>;
};
