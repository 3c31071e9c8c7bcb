/** Who acts. Every read and write of the database takes one; cookie sessions, tokens and keys all become an Actor. */
import { AppError } from "./errors.ts";
import { permissions, roleMay } from "./permissions.ts";

export const roles = ["owner", "admin", "member"] as const;
export type Role = (typeof roles)[number];

export const scopes = ["devbox:read", "devbox:write", "exec", "secret:use", "secret:write", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** What a person is told that a scope allows. */
export const scopeLabels = {
	"devbox:read": "See devboxes and what happens to them",
	"devbox:write": "Create, stop, start and destroy devboxes",
	exec: "Work inside: commands, files, terminals, SSH, previews",
	"secret:use": "See which secrets there are, and use them in devboxes",
	"secret:write": "Add, change and delete secrets",
	admin: "Manage members, hosts and the workspace",
} as const satisfies Record<Scope, string>;

/** `session`: a signed-in browser. `token`: a personal token, or a provider token, alone or with a user's token beside it. */
export const actorKinds = ["session", "token", "ssh_key", "access_session"] as const;

export type Actor = {
	kind: (typeof actorKinds)[number];
	userId: string;
	login: string;
	workspaceId: string;
	role: Role;
	scopes: readonly Scope[];
	/** Session, token or key: the row that is checked on every request, so that revoking ends it at once. */
	credentialId: string;
	/** The provider token that came beside the user's own; what outlives the request ends with either. */
	providerTokenId?: string;
	/** Came with a provider token: such a service names its boxes for people, and we derive their labels. */
	isProvider: boolean;
};

/** The scopes of what each role may do (lib/domain/permissions.ts): what a token of its can be given. */
export const roleScopes: Readonly<Record<Role, readonly Scope[]>> = {
	owner: scopesOf("owner"),
	admin: scopesOf("admin"),
	member: scopesOf("member"),
};

function scopesOf(role: Role): Scope[] {
	const held = Object.entries(permissions).filter(([name]) => roleMay(role, name as keyof typeof permissions));
	return scopes.filter((scope) => held.some(([, permission]) => permission.scope === scope));
}

export function requireScope(actor: Actor, scope: Scope): void {
	if (actor.scopes.includes(scope)) return;
	throw new AppError({
		code: "forbidden",
		message:
			actor.kind === "token" && roleScopes[actor.role].some((held) => held === scope)
				? `This needs the scope ${scope}, which this token does not have. Make one that has it under Settings, Tokens.`
				: `This needs the scope ${scope}, which your ${actor.role} account does not have. Ask a workspace admin.`,
	});
}
