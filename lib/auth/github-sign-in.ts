/**
 * Who may sign in with GitHub. Sign-up is closed: a known user comes back, an invited login or a member of an allowed
 * organisation becomes a user, and all others are told whom to ask.
 */
import { randomBytes } from "node:crypto";
import { type Database, dbCall } from "../db/database.ts";
import { newId } from "../domain/ids.ts";
import type { GithubProfile } from "./github-profile.ts";

export type GithubAdmission =
	| { kind: "admitted"; userId: string }
	| { kind: "refused"; reason: "not_invited" | "disabled" | "org_check_failed" };

type AdmitInput = {
	profile: GithubProfile;
	allowedOrgs: string[];
	/** Asked only when it decides. */
	readOrgs: () => Promise<string[]>;
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
	const invitation = await dbCall(() =>
		db.prisma.invitation.findFirst({
			where: { githubLogin: o.profile.login, acceptedAt: null },
			orderBy: { createdAt: "asc" },
		}),
	);
	if (invitation)
		return join(db, {
			profile: o.profile,
			workspaceId: invitation.workspaceId,
			role: invitation.role,
			invitationId: invitation.id,
		});
	// Known, and no member: somebody was removed, and comes back by invitation alone.
	return known ? { kind: "refused", reason: "not_invited" } : joinByOrg(db, o);
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
	return join(db, { profile: o.profile, workspaceId: workspace.id, role: "member", invitationId: null });
}

type JoinInput = { profile: GithubProfile; workspaceId: string; role: string; invitationId: string | null };

/** User, membership and the spent invitation in one transaction. An invitation that another sign-in spent meanwhile admits nobody. */
async function join(db: AuthDatabase, o: JoinInput): Promise<GithubAdmission> {
	return dbCall(() =>
		db.prisma.$transaction(async (tx): Promise<GithubAdmission> => {
			if (o.invitationId) {
				const spent = await tx.invitation.updateMany({
					where: { id: o.invitationId, acceptedAt: null },
					data: { acceptedAt: new Date() },
				});
				if (spent.count === 0) return { kind: "refused", reason: "not_invited" };
			}
			const user = await findOrCreateUser(tx, o);
			const where = { workspaceId_userId: { workspaceId: o.workspaceId, userId: user.id } };
			if (!(await tx.member.findUnique({ where })))
				await tx.member.create({ data: { workspaceId: o.workspaceId, userId: user.id, role: o.role } });
			return user.disabledAt ? { kind: "refused", reason: "disabled" } : { kind: "admitted", userId: user.id };
		}),
	);
}

type Transaction = Parameters<Parameters<Database["prisma"]["$transaction"]>[0]>[0];

/**
 * An account is known by its GitHub id, never by its login: anybody can register a login on GitHub, and whoever invites one has not
 * thereby given away the account that is called so here. Its own user, from a signed-in browser, connects it (see linkGithubUser).
 * A login that changed hands at GitHub leaves the name to its new holder, and nothing else.
 */
async function findOrCreateUser(tx: Transaction, { profile }: JoinInput) {
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
