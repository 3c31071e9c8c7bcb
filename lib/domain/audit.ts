/** What the audit log can tell. Each write over the API is an action of its own name; what happens beside the API stands here. */
import type { Actor } from "./actor.ts";

/** Beside the API's operations. */
export const auditActions = {
	"secret.use": "Secret brought into a devbox",
	"secret.refused": "Sealed value refused: it was moved, cut or changed",
	"git.fetch": "Repository fetched from inside a devbox",
	"git.push": "Repository pushed from inside a devbox",
	"git.clone": "Repository cloned into a devbox",
	"terminal.open": "Terminal opened",
	"ssh.open": "SSH connection opened",
	"session.begin": "Signed in",
} as const;

export type AuditAction = keyof typeof auditActions;
export type AuditOutcome = "success" | "refused" | "failed";

/** `box`: a devbox itself asked, over its link. `system`: this product, of its own accord. */
type AuditActor =
	| Pick<Actor, "kind" | "userId" | "login" | "credentialId">
	| { kind: "box" | "system"; userId?: string | null; login?: string | null };

type AuditTarget = { kind: string; id: string; name?: string | null };

export type AuditEvent = {
	workspaceId: string;
	actor: AuditActor;
	action: AuditAction;
	target?: AuditTarget | null;
	outcome: AuditOutcome;
	/** The client's IP address. */
	address?: string | null;
	requestId?: string | null;
	/** What a reader needs beside: names, counts, ids. Never a secret's value. */
	detail?: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
};
