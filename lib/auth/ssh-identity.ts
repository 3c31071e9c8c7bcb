/**
 * Who an SSH login is. A registered key is its user's, for the user's own boxes; an access session is for one box, and where the
 * workspace asks for it, a key of the same user must have signed as well.
 */
import { findLiveAccessSession, type LiveAccessSession } from "../db/access-sessions.ts";
import type { Database } from "../db/database.ts";
import { findLiveSshKey, type LiveSshKey } from "../db/ssh-keys.ts";
import { type Actor, type Role, roleScopes, type Scope } from "../domain/actor.ts";

type IdentityDatabase = Pick<Database, "prisma">;

export type SshIdentity = { actor: Actor; credentialIds: string[]; expiresAt: Date | null };

/** What SSH does, and nothing else: neither a key nor a session reaches the API. */
const sshScopes = ["devbox:read", "exec"] as const satisfies Scope[];

/** Null for an unknown key, a disabled user, and a workspace that the user is not in. */
export async function findSshKeyIdentity(
	db: IdentityDatabase,
	o: { fingerprint: string; workspaceId: string },
): Promise<SshIdentity | null> {
	const key = await findLiveSshKey(db, o.fingerprint);
	return key && identityOfKey(key, o.workspaceId);
}

export function identityOfKey(key: LiveSshKey, workspaceId: string): SshIdentity | null {
	const member = key.user.members.find((membership) => membership.workspaceId === workspaceId);
	if (!member) return null;
	const { userId, user } = key;
	const actor = actorOf({
		kind: "ssh_key",
		credentialId: key.id,
		userId,
		login: user.login,
		workspaceId,
		role: member.role,
	});
	return { actor, credentialIds: [key.id], expiresAt: key.expiresAt };
}

export type AccessSessionLook = {
	session: LiveAccessSession;
	/** The workspace wants a signature of the user's key beside the secret. */
	requiresSshKey: boolean;
};

/** Null for none in force, and for a user who is not in the box's workspace, or does not own it, any more. */
export async function lookAtAccessSession(db: IdentityDatabase, tokenHash: string): Promise<AccessSessionLook | null> {
	const session = await findLiveAccessSession(db, tokenHash);
	const member = session && memberOf(session);
	return session && member ? { session, requiresSshKey: member.workspace.requireSshKey } : null;
}

/** `fingerprint`: of the key that signed; null when none did. */
export async function findAccessSessionIdentity(
	db: IdentityDatabase,
	o: { tokenHash: string; fingerprint: string | null },
): Promise<SshIdentity | null> {
	const look = await lookAtAccessSession(db, o.tokenHash);
	const member = look && memberOf(look.session);
	if (!look || !member) return null;
	const { session, requiresSshKey } = look;
	const key = requiresSshKey && o.fingerprint !== null ? await findLiveSshKey(db, o.fingerprint) : null;
	if (requiresSshKey && key?.userId !== session.userId) return null;
	const { userId, user, devbox } = session;
	const actor = actorOf({
		kind: "access_session",
		credentialId: session.id,
		userId,
		login: user.login,
		workspaceId: devbox.workspaceId,
		role: member.role,
	});
	return { actor, credentialIds: key ? [session.id, key.id] : [session.id], expiresAt: session.expiresAt };
}

function memberOf(session: LiveAccessSession) {
	if (session.devbox.ownerId !== session.userId) return undefined;
	return session.user.members.find(({ workspaceId }) => workspaceId === session.devbox.workspaceId);
}

function actorOf(
	o: Pick<Actor, "kind" | "credentialId" | "userId" | "login" | "workspaceId"> & { role: string },
): Actor {
	const role = o.role as Role;
	const scopes = sshScopes.filter((scope) => (roleScopes[role] ?? []).some((held) => held === scope));
	return { ...o, role, scopes, isProvider: false };
}
