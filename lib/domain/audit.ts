/** What the audit log can tell: the closed set of its actions, and the shape of one event. */
import type { Actor } from "./actor.ts";

/** Every write of the API is one of these (lib/contract/audited-writes.ts says which), and so is what happens beside the API. */
export const auditActions = {
	"devbox.create": "Devbox created",
	"devbox.destroy": "Devbox destroyed",
	"devbox.start": "Devbox started",
	"devbox.stop": "Devbox stopped",
	"devbox.update": "Devbox's rules changed",
	"devbox.idle": "Devbox stopped: nobody used it",
	"devbox.expire": "Devbox destroyed: its time was up",
	"exec.start": "Command started",
	"exec.cancel": "Command ended",
	"exec.signal": "Signal sent to a command",
	"exec.input": "Input written to a command",
	"exec.resize": "Command's terminal resized",
	"file.upload": "File uploaded",
	"file.remove": "File removed",
	"file.move": "File moved",
	"directory.make": "Directory made",
	"archive.upload": "Archive uploaded",
	"terminal.ticket": "Terminal asked for",
	"terminal.open": "Terminal opened",
	"terminal.close": "Terminal connection closed",
	"terminal.end": "Terminal ended",
	"preview.link": "Preview link made",
	"preview.open": "Preview opened in a browser",
	"ssh.open": "SSH connection opened",
	"ssh.close": "SSH connection closed",
	"ssh.refused": "SSH login refused",
	"access_session.create": "SSH access session made",
	"access_session.revoke": "SSH access session revoked",
	"ssh_key.add": "SSH key added",
	"ssh_key.remove": "SSH key removed",
	"token.create": "API token made",
	"token.revoke": "API token revoked",
	"session.begin": "Signed in",
	"session.end": "Signed out",
	"session.refused": "Sign-in refused",
	"session.revoke": "Browser signed out",
	"member.update": "Member changed",
	"member.disable": "Member disabled",
	"member.enable": "Member enabled",
	"member.remove": "Member removed",
	"member.join": "Member joined by an invitation link",
	"invitation_link.create": "Invitation link made",
	"invitation_link.revoke": "Invitation link revoked",
	"personal_settings.update": "Personal settings changed",
	"invitation.create": "Invitation made",
	"invitation.delete": "Invitation taken back",
	"workspace.update": "Workspace's rules changed",
	"defaults.update": "Defaults of new devboxes changed",
	"onboarding.update": "Newcomer's checklist put away",
	"github.connect": "GitHub connection begun",
	"github.connected": "GitHub account connected",
	"github.disconnect": "GitHub disconnected",
	"github.grant": "GitHub organisations granted",
	"devbox.refresh": "Devbox's environment refreshed",
	"devbox.ai_tokens": "AI tokens given to a devbox",
	"secret.create": "Secret added",
	"secret.update": "Secret changed",
	"secret.put": "Secret given a new value",
	"secret.delete": "Secret deleted",
	"secret.destroy_version": "Older value of a secret destroyed",
	"secret.restore_version": "Older value of a secret made the newest",
	"secret.refresh": "Devboxes refreshed that held a secret's older value",
	"secret.use": "Secret brought into a devbox",
	"secret.refused": "Sealed value refused: it was moved, cut or changed",
	"git.fetch": "Repository fetched from inside a devbox",
	"git.push": "Repository pushed from inside a devbox",
	"git.clone": "Repository cloned into a devbox",
	"audit.export": "Audit log exported",
	"audit.prune": "Old events removed from the audit log",
	"operator.command": "Done from the server's shell",
	"audit.lost": "Events could not be written",
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
