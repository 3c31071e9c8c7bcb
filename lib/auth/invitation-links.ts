/** Invitation links as the web process meets them: looked at by anybody who holds one, and counted where nobody knows them. */
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { type Database, dbCall } from "../db/database.ts";
import { hashToken } from "../db/token-hash.ts";
import type { Actor, Role } from "../domain/actor.ts";
import {
	type InvitationLinkLook,
	type InvitationLinkStatus,
	invitationLinkStatus,
	isInvitationSecret,
} from "../domain/invitation-link.ts";

type AuthDatabase = Pick<Database, "prisma">;

export type FoundInvitationLink = {
	id: string;
	workspaceId: string;
	workspaceName: string;
	role: Role;
	invitedBy: string;
	expiresAt: Date;
	status: InvitationLinkStatus;
};

/** Null for what is no link of ours. */
export async function findInvitationLink(db: AuthDatabase, secret: string): Promise<FoundInvitationLink | null> {
	if (!isInvitationSecret(secret)) return null;
	const row = await dbCall(() =>
		db.prisma.invitationLink.findUnique({
			where: { tokenHash: hashToken(secret) },
			include: { workspace: true, inviter: { select: { login: true } } },
		}),
	);
	if (!row) return null;
	return {
		id: row.id,
		workspaceId: row.workspaceId,
		workspaceName: row.workspace.name,
		role: row.role as Role,
		invitedBy: row.inviter.login,
		expiresAt: row.expiresAt,
		status: invitationLinkStatus(row, new Date()),
	};
}

/** Spends nothing. `viewer`: who is signed in in this browser. */
export async function lookAtInvitationLink(
	db: AuthDatabase,
	o: { secret: string; viewer: Actor | null },
): Promise<InvitationLinkLook> {
	const link = await findInvitationLink(db, o.secret);
	if (!link) return { kind: "unknown" };
	if (link.status !== "open") return { kind: "ended", status: link.status };
	const { viewer } = o;
	return {
		kind: "open",
		workspace: link.workspaceName,
		role: link.role,
		invitedBy: link.invitedBy,
		expiresAt: link.expiresAt.toISOString(),
		viewer: viewer && {
			login: viewer.login,
			role: viewer.role,
			isMember: viewer.workspaceId === link.workspaceId,
		},
	};
}

const unknownPerMinute = 20;

export type LinkGuard = {
	/** Seconds to wait for an address that has shown too many links that nobody made; 0: it may ask. */
	waitSeconds(address: string): Promise<number>;
	countUnknown(address: string): Promise<void>;
};

/** Nobody guesses 256 bits; who tries is slowed down all the same. Counters live in this process. */
export function openLinkGuard(): LinkGuard {
	const limiter = new RateLimiterMemory({ points: unknownPerMinute, duration: 60 });
	return {
		async waitSeconds(address) {
			const spent = await limiter.get(address);
			return spent && spent.consumedPoints >= unknownPerMinute ? Math.max(1, Math.ceil(spent.msBeforeNext / 1000)) : 0;
		},
		async countUnknown(address) {
			await limiter.consume(address).catch((refusal: unknown) => {
				if (!(refusal instanceof RateLimiterRes)) throw refusal;
			});
		},
	};
}
