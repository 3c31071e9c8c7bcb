/**
 * Who may sign in with GitHub. Sign-up is closed: a known user comes back; an invited login, whoever holds an invitation link and a
 * member of an allowed organisation become users, and all others are told whom to ask.
 */
import { randomBytes } from "node:crypto";
import { recordSignInWithin } from "../db/audit-events.ts";
import { type Database, dbCall } from "../db/database.ts";
import type { Role } from "../domain/actor.ts";
import { newId } from "../domain/ids.ts";
import { type InvitationLinkStatus, invitationLinkStatus } from "../domain/invitation-link.ts";
import { rank } from "../domain/member-rules.ts";
import type { GithubProfile } from "./github-profile.ts";
import { type FoundInvitationLink, findInvitationLink } from "./invitation-links.ts";

type LinkProblem = `link_${Exclude<InvitationLinkStatus, "open">}` | "link_unknown" | "link_removed";

/** `link`: the one that was shown and did not let this person in. */
export type GithubAdmission =
	| { kind: "admitted"; userId: string }
	| {
			kind: "refused";
			reason: "not_invited" | "disabled" | "org_check_failed" | LinkProblem;
			link?: { id: string; workspaceId: string };
	  };

type AdmitInput = {
	profile: GithubProfile;
	allowedOrgs: string[];
	/** Asked only when it decides. */
	readOrgs: () => Promise<string[]>;
	/** Of the invitation link that this browser came with. */
	linkSecret?: string | null;
	/** The client's, for the audit log. */
	address?: string | null;
};

type AuthDatabase = Pick<Database, "prisma">;

export async function admitGithubUser(db: AuthDatabase, o: AdmitInput): Promise<GithubAdmission> {
	const known = await dbCall(() =>
		db.prisma.user.findUnique({ where: { githubId: o.profile.id }, include: { members: true } }),
	);
	if (known?.disabledAt) return { kind: "refused", reason: "disabled" };
	if (known && known.members.length > 0) {
		await refreshProfile(db, known.id, o.profile);
		return { kind: "admitted", userId: known.id };
	}
	const link = o.linkSecret ? await findInvitationLink(db, o.linkSecret) : null;
	const problem = o.linkSecret ? linkProblem(link, { isRemoved: known !== null }) : null;
	const isGood = link !== null && problem === null;
	const invitation = await findInvitation(db, o, isGood ? link.workspaceId : null);
	// What was made for this very login counts, unless the link gives more.
	if (isGood && !(invitation && rank[invitation.role as Role] >= rank[link.role])) return join(db, o, { link });
	if (invitation) return join(db, o, { invitation });
	// Known, and no member: somebody was removed, and comes back by an invitation of their login alone.
	const admission: GithubAdmission = known ? { kind: "refused", reason: "not_invited" } : await joinByOrg(db, o);
	if (admission.kind === "admitted" || problem === null) return admission;
	return { kind: "refused", reason: problem, ...(link ? { link } : {}) };
}

/** A link may be in many hands: one that was made for all of a team does not bring back whom the team has removed. */
function linkProblem(link: FoundInvitationLink | null, { isRemoved }: { isRemoved: boolean }): LinkProblem | null {
	if (!link) return "link_unknown";
	if (link.status !== "open") return `link_${link.status}`;
	return isRemoved ? "link_removed" : null;
}

/** The open one of the login: in the link's workspace, where there is a link, else the oldest. */
function findInvitation(db: AuthDatabase, { profile }: AdmitInput, workspaceId: string | null) {
	return dbCall(() =>
		db.prisma.invitation.findFirst({
			where: { githubLogin: profile.login, acceptedAt: null, ...(workspaceId ? { workspaceId } : {}) },
			orderBy: { createdAt: "asc" },
		}),
	);
}

async function joinByOrg(db: AuthDatabase, o: AdmitInput): Promise<GithubAdmission> {
	if (o.allowedOrgs.length === 0) return { kind: "refused", reason: "not_invited" };
	const allowed = new Set(o.allowedOrgs.map((org) => org.toLowerCase()));
	let orgs: string[];
	try {
		orgs = await o.readOrgs();
	} catch {
		// Without an answer nobody is a member; the visitor is told that the check failed and may try again.
		return { kind: "refused", reason: "org_check_failed" };
	}
	if (!orgs.some((org) => allowed.has(org.toLowerCase()))) return { kind: "refused", reason: "not_invited" };
	const workspace = await dbCall(() => db.prisma.workspace.findFirstOrThrow({ orderBy: { createdAt: "asc" } }));
	return join(db, o, { workspaceId: workspace.id });
}

type Reason =
	| { invitation: { id: string; workspaceId: string; role: string } }
	| { link: FoundInvitationLink }
	/** As a member of an allowed organisation. */
	| { workspaceId: string };

/** User, membership and what was spent for it in one transaction. What another sign-in spent meanwhile admits nobody. */
async function join(db: AuthDatabase, o: AdmitInput, reason: Reason): Promise<GithubAdmission> {
	return dbCall(() =>
		db.prisma.$transaction(async (tx): Promise<GithubAdmission> => {
			if ("invitation" in reason && !(await spendInvitation(tx, reason.invitation.id)))
				return { kind: "refused", reason: "not_invited" };
			if ("link" in reason && !(await spendLink(tx, reason.link.id)))
				return { kind: "refused", reason: await problemNow(tx, reason.link), link: reason.link };
			const user = await findOrCreateUser(tx, o.profile);
			const { workspaceId, role } = placeOf(reason);
			const where = { workspaceId_userId: { workspaceId, userId: user.id } };
			if (!(await tx.member.findUnique({ where })))
				await tx.member.create({ data: { workspaceId, userId: user.id, role } });
			if ("link" in reason) await noteLinkUse(tx, { ...o, link: reason.link, user });
			return user.disabledAt ? { kind: "refused", reason: "disabled" } : { kind: "admitted", userId: user.id };
		}),
	);
}

function placeOf(reason: Reason): { workspaceId: string; role: string } {
	if ("invitation" in reason) return reason.invitation;
	return "link" in reason ? reason.link : { ...reason, role: "member" };
}

type Transaction = Parameters<Parameters<Database["prisma"]["$transaction"]>[0]>[0];

async function spendInvitation(tx: Transaction, id: string): Promise<boolean> {
	const spent = await tx.invitation.updateMany({
		where: { id, acceptedAt: null },
		data: { acceptedAt: new Date() },
	});
	return spent.count > 0;
}

/** Of two at once with one use left one waits here for the other, and finds none. */
async function spendLink(tx: Transaction, id: string): Promise<boolean> {
	const spent = await tx.$executeRaw`
		UPDATE invitation_links SET use_count = use_count + 1
		WHERE id = ${id} AND end_reason IS NULL AND use_count < uses_max AND expires_at > now()`;
	return spent > 0;
}

async function problemNow(tx: Transaction, { id }: FoundInvitationLink): Promise<LinkProblem> {
	const row = await tx.invitationLink.findUnique({ where: { id } });
	if (!row) return "link_unknown";
	const status = invitationLinkStatus(row, new Date());
	return status === "open" ? "link_unknown" : `link_${status}`;
}

type LinkUse = Pick<AdmitInput, "profile" | "address"> & {
	link: FoundInvitationLink;
	user: { id: string; login: string };
};

/** An open invitation of the login has served its end as well. */
async function noteLinkUse(tx: Transaction, { profile, address, link, user }: LinkUse): Promise<void> {
	const { workspaceId, role, invitedBy } = link;
	await tx.invitationLinkUse.create({ data: { linkId: link.id, userId: user.id } });
	await tx.invitation.updateMany({
		where: { workspaceId, githubLogin: profile.login, acceptedAt: null },
		data: { acceptedAt: new Date() },
	});
	await recordSignInWithin(tx, {
		workspaceId,
		actor: { kind: "visitor", userId: user.id, login: user.login },
		action: "invitation_link.use",
		target: { kind: "invitation_link", id: link.id },
		outcome: "success",
		address,
		detail: { role, invited_by: invitedBy },
	});
}

/**
 * An account is known by its GitHub id, never by its login: anybody can register a login on GitHub, and whoever invites one has not
 * thereby given away the account that is called so here. Its own user, from a signed-in browser, connects it (see linkGithubUser).
 * A login that changed hands at GitHub leaves the name to its new holder, and nothing else.
 */
async function findOrCreateUser(tx: Transaction, profile: GithubProfile) {
	const { id: githubId, ...fields } = profile;
	const own = await tx.user.findUnique({ where: { githubId } });
	const holder = await tx.user.findUnique({ where: { login: fields.login } });
	const isHeldByOther = holder !== null && holder.id !== own?.id;
	if (isHeldByOther && holder.githubId !== null)
		await tx.user.update({
			where: { id: holder.id },
			data: { login: await freeLogin(tx, fields.login, holder.id.slice(-6)) },
		});
	const isTaken = isHeldByOther && holder.githubId === null;
	const data = { ...fields, login: isTaken ? await freeLogin(tx, fields.login, githubId) : fields.login };
	if (own) return tx.user.update({ where: { id: own.id }, data });
	return tx.user.create({ data: { id: newId("user"), githubId, ...data } });
}

/** The login with a mark. Somebody at GitHub may be called so as well: then another mark. */
async function freeLogin(tx: Transaction, login: string, mark: string): Promise<string> {
	const marked = `${login}-${mark}`;
	const isFree = (await tx.user.findUnique({ where: { login: marked } })) === null;
	return isFree ? marked : `${marked}-${randomBytes(4).toString("hex")}`;
}

async function refreshProfile(db: AuthDatabase, userId: string, profile: GithubProfile): Promise<void> {
	const { name, email, avatarUrl } = profile;
	await dbCall(() => db.prisma.user.update({ where: { id: userId }, data: { name, email, avatarUrl } }));
}
