import type { AuditEventResponse } from "@/lib/contract/audit.ts";
import { auditActions } from "@/lib/domain/audit.ts";

/** An event of another version of the server has its own name for what happened. */
export function actionLabel(action: string): string {
	return (auditActions as Record<string, string>)[action] ?? action;
}

export const outcomeViews = {
	success: { label: "Success", text: "text-good" },
	refused: { label: "Refused", text: "text-warning" },
	failed: { label: "Failed", text: "text-bad" },
} as const satisfies Record<AuditEventResponse["outcome"], object>;

const kindWords: Record<string, string> = {
	session: "in a browser",
	token: "with a token",
	ssh_key: "with an SSH key",
	access_session: "with an SSH access session",
	box: "from inside the devbox",
	system: "on the server",
	visitor: "not signed in",
};

export function actorName({ actor }: AuditEventResponse): string {
	return actor.login ?? actor.user_id ?? (actor.kind === "system" ? "the server" : "somebody");
}

export function actorHow({ actor }: AuditEventResponse): string {
	return kindWords[actor.kind] ?? actor.kind;
}

export function targetText({ target }: AuditEventResponse): string {
	return target ? (target.name ?? target.id ?? target.kind) : "";
}

/** The page that shows it, where there is one. */
export function targetHref({ target, detail }: AuditEventResponse): string | null {
	const id = target?.kind === "devbox" ? target.id : detail.devbox_id;
	return typeof id === "string" && id.startsWith("dbx_") ? `/devboxes/${id}` : null;
}

/** What is small enough to stand in a row. */
export function detailText({ detail }: AuditEventResponse): string {
	return Object.entries(detail)
		.filter(([name, value]) => name !== "devbox_id" && !isNothing(value))
		.map(([name, value]) => `${name.replaceAll("_", " ")} ${Array.isArray(value) ? value.join(", ") : String(value)}`)
		.join(" · ");
}

export function isNothing(value: unknown): boolean {
	return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}
