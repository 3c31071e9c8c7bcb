/** Who acts. Every read and write of the database takes one; cookie sessions, tokens and keys all become an Actor. */
import { AppError } from "./errors.ts";

export const roles = ["owner", "admin", "member"] as const;
export type Role = (typeof roles)[number];

export const scopes = ["devbox:read", "devbox:write", "exec", "admin"] as const;
export type Scope = (typeof scopes)[number];

export type Actor = {
	kind: "session";
	userId: string;
	login: string;
	workspaceId: string;
	role: Role;
	scopes: readonly Scope[];
	/** The row that is checked on every request, so that revoking ends it at once. */
	sessionId: string;
};

/** What each role may do, whatever its token says. */
export const roleScopes = {
	owner: ["devbox:read", "devbox:write", "exec", "admin"],
	admin: ["devbox:read", "devbox:write", "exec", "admin"],
	member: ["devbox:read", "devbox:write", "exec"],
} as const satisfies Record<Role, readonly Scope[]>;

export function requireScope(actor: Actor, scope: Scope): void {
	if (actor.scopes.includes(scope)) return;
	throw new AppError({
		code: "forbidden",
		message: `This needs the scope ${scope}, which your ${actor.role} account does not have. Ask a workspace admin.`,
	});
}
