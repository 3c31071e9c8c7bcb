/**
 * What each role may do, once. The API asks it before every operation, the use cases and the pages ask it by name, and a test walks
 * every operation against it. Scopes are another matter: they bound what a token may do of what its user may.
 */
import type { Actor, Role, Scope } from "./actor.ts";
import { AppError } from "./errors.ts";

const everyone = ["owner", "admin", "member"] as const;
const admins = ["owner", "admin"] as const;
const owners = ["owner"] as const;

type PermissionRow = {
	/** Said to people: what it allows. */
	label: string;
	/** What a token must allow for it. */
	scope: Scope;
	roles: readonly Role[];
};

export const permissions = {
	"devbox.create": { label: "Create devboxes", scope: "devbox:write", roles: everyone },
	"devbox.read": {
		label: "See their own devboxes, and those that are visible to the workspace",
		scope: "devbox:read",
		roles: everyone,
	},
	"devbox.write": {
		label: "Stop, start, share and destroy their own devboxes",
		scope: "devbox:write",
		roles: everyone,
	},
	"devbox.enter": {
		label: "Work inside their own devboxes: terminals, commands, files, SSH, previews",
		scope: "exec",
		roles: everyone,
	},
	"devbox.read_any": {
		label: "See which devboxes exist and whose they are, never what is in them",
		scope: "admin",
		roles: admins,
	},
	"devbox.end_any": { label: "Stop and destroy anybody's devbox", scope: "admin", roles: admins },
	"secret.use": {
		label: "See which secrets there are, and use them in their own devboxes",
		scope: "secret:use",
		roles: everyone,
	},
	"secret.write": { label: "Keep secrets of their own", scope: "secret:write", roles: everyone },
	"secret.share": { label: "Keep secrets that the whole workspace uses", scope: "admin", roles: admins },
	"profile.change": {
		label: "Change their own settings, keys, tokens and connections",
		scope: "devbox:read",
		roles: everyone,
	},
	"token.provider": { label: "Make and revoke tokens of services", scope: "admin", roles: admins },
	"member.read": { label: "See the members and the invitations", scope: "admin", roles: admins },
	"member.invite": { label: "Invite people, and take invitations back", scope: "admin", roles: admins },
	"member.change": {
		label: "Change the role and the quota of admins and members",
		scope: "admin",
		roles: admins,
	},
	"member.remove": { label: "Disable and remove admins and members", scope: "admin", roles: admins },
	"owner.change": {
		label: "Make and unmake owners, and disable or remove one",
		scope: "admin",
		roles: owners,
	},
	"workspace.change": { label: "Change the workspace's rules and defaults", scope: "admin", roles: admins },
	"network.review": {
		label: "See what every devbox's network policy decided, and answer requests for names",
		scope: "admin",
		roles: admins,
	},
	"evidence.read": {
		label: "See and export which devboxes there are, where each may go, and what audits of their hosts said",
		scope: "admin",
		roles: admins,
	},
	"audit.read": { label: "Read and export the audit log", scope: "admin", roles: admins },
	"host.read": { label: "See the hosts and what they hold", scope: "admin", roles: admins },
} as const satisfies Record<string, PermissionRow>;

export type Permission = keyof typeof permissions;

/** What an operation asks for that names no permission of its own: the widest that its scope means. */
const permissionOfScope = {
	"devbox:read": "devbox.read",
	"devbox:write": "devbox.write",
	exec: "devbox.enter",
	"secret:use": "secret.use",
	"secret:write": "secret.write",
	admin: "workspace.change",
} as const satisfies Record<Scope, Permission>;

export function operationPermission(operation: { scope: Scope; permission?: Permission }): Permission {
	return operation.permission ?? permissionOfScope[operation.scope];
}

export function roleMay(role: Role, permission: Permission): boolean {
	return (permissions[permission].roles as readonly Role[]).includes(role);
}

/** Whether the actor's role allows it, and what the actor signed in with as well. */
export function actorMay(actor: Pick<Actor, "role" | "scopes">, permission: Permission): boolean {
	return roleMay(actor.role, permission) && actor.scopes.includes(permissions[permission].scope);
}

export function requirePermission(actor: Actor, permission: Permission): void {
	if (actorMay(actor, permission)) return;
	const { label, scope, roles } = permissions[permission];
	throw new AppError({
		code: "forbidden",
		message: roleMay(actor.role, permission)
			? `This needs the scope ${scope}, which this token does not have. Make one that has it under Settings, Tokens.`
			: `Only ${roles.join(" and ")} may do this (${lowerFirst(label)}); your role is ${actor.role}. Ask a workspace ${roles.at(-1)}.`,
	});
}

/**
 * For what decides which programs run among a user's secrets later on: a token that may neither work inside a devbox nor use secrets
 * would get at them that way, also after it was revoked. `what`: the beginning of a sentence.
 */
export function requireInsideWithSecrets(actor: Pick<Actor, "kind" | "role" | "scopes">, what: string): void {
	if (actor.kind === "session" || (actorMay(actor, "devbox.enter") && actorMay(actor, "secret.use"))) return;
	throw new AppError({
		code: "forbidden",
		message: `${what} needs a signed-in browser, or a token with the scopes exec and secret:use: it decides what runs among your secrets.`,
	});
}

function lowerFirst(text: string): string {
	return text.charAt(0).toLowerCase() + text.slice(1);
}
