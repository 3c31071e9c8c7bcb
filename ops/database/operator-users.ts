/** What an operator may do to users from the machine itself, where there is no signed-in actor. */
import type pg from "pg";
import { type Database, dbCall } from "../../lib/db/database.ts";
import {
	type DepartedBox,
	type Departure,
	departMember,
	enableMemberRow,
	type Operator,
	updateMemberRow,
} from "../../lib/db/member-changes.ts";
import { type Role, roles } from "../../lib/domain/actor.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { newId } from "../../lib/domain/ids.ts";
import { devboxesPerUserDefault } from "../../lib/domain/quota.ts";
import { operatorAudit } from "./operator-audit.ts";

type Rows = Pick<Database, "prisma">;
export type UserRow = { login: string; role: string; quota: number; boxes: number; isDisabled: boolean; via: string };

export async function listUsers(client: pg.Client): Promise<UserRow[]> {
	const { rows } = await client.query<{
		login: string;
		role: string;
		quota: number;
		boxes: string;
		disabled: boolean;
		github: boolean;
	}>(
		`SELECT u.login, m.role, u.disabled_at IS NOT NULL AS disabled, u.github_id IS NOT NULL AS github,
			(SELECT count(*) FROM devboxes d WHERE d.owner_id = u.id AND d.state <> 'destroyed') AS boxes,
			CASE WHEN 'devboxes_per_member' = ANY(w.locked) THEN w.devboxes_per_member
				ELSE coalesce(m.devbox_quota, w.devboxes_per_member, $1) END AS quota
		 FROM users u JOIN members m ON m.user_id = u.id LEFT JOIN workspace_defaults w ON w.workspace_id = m.workspace_id
		 ORDER BY m.created_at`,
		[devboxesPerUserDefault],
	);
	return rows.map((row) => ({
		login: row.login,
		role: row.role,
		quota: row.quota,
		boxes: Number(row.boxes),
		isDisabled: row.disabled,
		via: row.github ? "GitHub" : "sign-in link",
	}));
}

/** @throws AppError `invalid` for an unknown role, `conflict` when nobody would own the workspace any more. */
export async function setRole(db: Rows, o: { login: string; role: string }): Promise<void> {
	const role = parseRole(o.role);
	const { userId, operator } = await membershipsOf(db, { command: "role", words: [o.login, role] });
	await updateMemberRow(db, operator, { userId, role });
}

/** `quota` null: the default of the workspace. */
export async function setQuota(db: Rows, o: { login: string; quota: number | null }): Promise<void> {
	const words: Words = [o.login, String(o.quota ?? "default")];
	const { userId, operator } = await membershipsOf(db, { command: "quota", words });
	await updateMemberRow(db, operator, { userId, devboxQuota: o.quota });
}

/** As the dashboard does: every credential ends at once, and the member's devboxes are stopped or destroyed. */
export async function letUserGo(
	db: Rows,
	o: { login: string; kind: Departure["kind"]; devboxes: string },
): Promise<DepartedBox[]> {
	const choice = parseChoice(o.devboxes);
	const words: Words = [o.login, "--devboxes", choice];
	const { userId, operator } = await membershipsOf(db, { command: o.kind, words });
	return departMember(db, operator, { userId, kind: o.kind, choice, heirId: null });
}

export async function enableUser(db: Rows, login: string): Promise<void> {
	const { userId, operator } = await membershipsOf(db, { command: "enable", words: [login] });
	await enableMemberRow(db, operator, userId);
}

/** Lets a GitHub login in. Inviting again changes the role of an invitation that nobody took up. */
export async function inviteLogin(client: pg.Client, o: { login: string; role: string }): Promise<void> {
	const login = o.login.toLowerCase();
	if (!/^[a-z0-9](?:-?[a-z0-9]){0,38}$/.test(login)) {
		throw new AppError({ code: "invalid", message: `${JSON.stringify(o.login)} is no GitHub login.` });
	}
	const role = parseRole(o.role);
	const { rows } = await client.query<{ workspace_id: string; login: string }>(
		`SELECT m.workspace_id, u.login FROM members m JOIN users u ON u.id = m.user_id
		 WHERE m.role = 'owner' ORDER BY m.created_at LIMIT 1`,
	);
	const [owner] = rows;
	if (!owner) throw new AppError({ code: "not_found", message: "There is no workspace yet. Run: npm start" });
	await client.query(
		`INSERT INTO invitations (id, workspace_id, github_login, role, invited_by) VALUES ($1, $2, $3, $4, $5)
		 ON CONFLICT (workspace_id, github_login) DO UPDATE SET role = $4, accepted_at = NULL`,
		[newId("invitation"), owner.workspace_id, login, role, owner.login],
	);
}

function parseRole(text: string): Role {
	const role = roles.find((known) => known === text);
	if (role) return role;
	throw new AppError({
		code: "invalid",
		message: `A role is one of ${roles.join(", ")}, not ${JSON.stringify(text)}.`,
	});
}

function parseChoice(text: string): "stop" | "destroy" {
	if (text === "stop" || text === "destroy") return text;
	throw new AppError({
		code: "invalid",
		message: `--devboxes is stop or destroy, not ${JSON.stringify(text)}. To hand them over, use Members in the dashboard.`,
	});
}

/** The login first. */
type Words = [login: string, ...rest: string[]];

/** Everywhere at once: a command changes all memberships of its user or none, and is told with them. */
async function membershipsOf(
	db: Rows,
	{ command, words }: { command: string; words: Words },
): Promise<{ userId: string; operator: Operator }> {
	const [login] = words;
	const rows = await dbCall(() => db.prisma.member.findMany({ where: { user: { login: login.toLowerCase() } } }));
	const [first] = rows;
	if (!first)
		throw new AppError({
			code: "not_found",
			message: `There is no member ${JSON.stringify(login)}. List them: npm run admin -- users`,
		});
	const workspaceIds = rows.map(({ workspaceId }) => workspaceId);
	return {
		userId: first.userId,
		operator: { kind: "operator", workspaceIds, record: operatorAudit({ command, words }) },
	};
}
