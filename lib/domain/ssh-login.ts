/** The user name that somebody gives to ssh: a box of theirs by name or id, or the secret of an access session. */
import { devboxNamePattern } from "./devbox-name.ts";

/** Lets a scanner of leaked secrets know whose it is; 192 bits follow in base64url. */
export const accessSessionPrefix = "devbox_ssh_";
const accessSessionPattern = /^devbox_ssh_[A-Za-z0-9_-]{32}$/;

export type SshLogin =
	| { kind: "access_session"; secret: string }
	/** `workspace` is null unless it was named; then its id, or its name as `workspaceLabel` writes it. */
	| { kind: "devbox"; name: string; workspace: string | null };

/** Null for what can be neither. */
export function parseSshLogin(username: string): SshLogin | null {
	if (isAccessSessionSecret(username)) return { kind: "access_session", secret: username };
	const [name = "", workspace, ...more] = username.split(".");
	if (more.length > 0) return null;
	const isId = /^dbx_[0-9a-z]{16}$/.test(name);
	if (!isId && !devboxNamePattern.test(name)) return null;
	if (workspace !== undefined && !/^[a-z0-9_-]{1,80}$/.test(workspace)) return null;
	return { kind: "devbox", name, workspace: workspace ?? null };
}

export function isAccessSessionSecret(text: string): boolean {
	return accessSessionPattern.test(text);
}

/** For logs: paths and the like may hold a secret. */
export function withoutAccessSecrets(text: string): string {
	return text.replace(/devbox_ssh_[A-Za-z0-9_-]+/g, `${accessSessionPrefix}[redacted]`);
}

/** A workspace's name as part of a user name: `Ann's team` is `ann-s-team`. Two may look alike; the id never does. */
export function workspaceLabel(name: string): string {
	return name
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-+|-+$/g, "")
		.slice(0, 63);
}
