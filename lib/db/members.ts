import type { Actor } from "../domain/actor.ts";
import type { DesiredState, DevboxState } from "../domain/devbox-state.ts";
import { type Database, dbCall } from "./database.ts";

/** A member with the account, and how much of everything is live. */
export type MemberRow = {
	id: string;
	login: string;
	name: string | null;
	avatarUrl: string | null;
	disabledAt: Date | null;
	role: string;
	devboxQuota: number | null;
	createdAt: Date;
	devboxCount: number;
	sessionCount: number;
	tokenCount: number;
	sshKeyCount: number;
	lastSeenAt: Date | null;
};

/** The actor's own membership, with the workspace. */
export function getOwnMember(db: Database, actor: Actor) {
	return dbCall(() =>
		db.prisma.member.findUniqueOrThrow({
			where: { workspaceId_userId: { workspaceId: actor.workspaceId, userId: actor.userId } },
			include: { user: true, workspace: true },
		}),
	);
}

/** Logins of those who can raise a quota. */
export async function listAdminLogins(db: Database, actor: Actor): Promise<string[]> {
	const admins = await dbCall(() =>
		db.prisma.member.findMany({
			where: { workspaceId: actor.workspaceId, role: { in: ["owner", "admin"] }, user: { disabledAt: null } },
			include: { user: { select: { login: true } } },
			orderBy: { createdAt: "asc" },
		}),
	);
	return admins.map((member) => member.user.login);
}

/** The member who is called so here (in any case of letters), however they sign in. */
export function findMemberByLogin(db: Database, actor: Actor, login: string) {
	return dbCall(() =>
		db.prisma.member.findFirst({
			where: { workspaceId: actor.workspaceId, user: { login: login.toLowerCase() } },
			include: { user: { select: { disabledAt: true, githubId: true } } },
		}),
	);
}

/** Everybody of the workspace, who joined first before the others. */
export async function listMemberRows(db: Database, actor: Actor): Promise<MemberRow[]> {
	const text = `
		SELECT u.id, u.login, u.name, u.avatar_url AS "avatarUrl", u.disabled_at AS "disabledAt", m.role, m.devbox_quota AS "devboxQuota",
			m.created_at AS "createdAt",
			(SELECT count(*)::int FROM devboxes d WHERE d.workspace_id = m.workspace_id AND d.owner_id = u.id AND d.state <> 'destroyed') AS "devboxCount",
			(SELECT count(*)::int FROM sessions s WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > now()) AS "sessionCount",
			(SELECT count(*)::int FROM api_tokens t WHERE t.user_id = u.id AND t.workspace_id = m.workspace_id AND t.revoked_at IS NULL
				AND (t.expires_at IS NULL OR t.expires_at > now())) AS "tokenCount",
			(SELECT count(*)::int FROM ssh_keys k WHERE k.user_id = u.id) AS "sshKeyCount",
			(SELECT max(seen.at) FROM (
				SELECT s.last_used_at AS at FROM sessions s WHERE s.user_id = u.id
				UNION ALL SELECT t.last_used_at FROM api_tokens t WHERE t.user_id = u.id AND t.workspace_id = m.workspace_id
				UNION ALL SELECT k.last_used_at FROM ssh_keys k WHERE k.user_id = u.id
			) seen) AS "lastSeenAt"
		FROM members m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = $1 ORDER BY m.created_at, u.id`;
	return (await dbCall(() => db.pool.query<MemberRow>(text, [actor.workspaceId]))).rows;
}

export type DepartingBox = {
	id: string;
	name: string;
	displayName: string | null;
	state: DevboxState;
	desiredState: DesiredState;
};

/** The boxes of a member that are not destroyed. */
export async function listDepartingBoxes(db: Database, actor: Actor, userId: string): Promise<DepartingBox[]> {
	const text = `SELECT id, name, display_name AS "displayName", state, desired_state AS "desiredState" FROM devboxes
		WHERE workspace_id = $1 AND owner_id = $2 AND state <> 'destroyed' ORDER BY created_at`;
	return (await dbCall(() => db.pool.query<DepartingBox>(text, [actor.workspaceId, userId]))).rows;
}

/** An account, whatever it is a member of. */
export function findMemberUser(db: Database, userId: string) {
	return dbCall(() => db.prisma.user.findUniqueOrThrow({ where: { id: userId } }));
}
