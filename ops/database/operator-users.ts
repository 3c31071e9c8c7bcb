/** What an operator may do to users from the machine itself, where there is no signed-in actor. */
import type pg from "pg";
import { type Role, roles } from "../../lib/domain/actor.ts";
import { AppError } from "../../lib/domain/errors.ts";
import { newId } from "../../lib/domain/ids.ts";
import { devboxesPerUserDefault } from "../../lib/domain/quota.ts";

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
export async function setRole(client: pg.Client, o: { login: string; role: string }): Promise<void> {
	const role = parseRole(o.role);
	await changeMember(client, o.login, async (userId) => {
		if (role !== "owner") await refuseLastOwner(client, userId);
		await client.query("UPDATE members SET role = $2 WHERE user_id = $1", [userId, role]);
	});
}

/** `quota` null: the default of the workspace. */
export async function setQuota(client: pg.Client, o: { login: string; quota: number | null }): Promise<void> {
	await changeMember(client, o.login, async (userId) => {
		await client.query("UPDATE members SET devbox_quota = $2 WHERE user_id = $1", [userId, o.quota]);
	});
}

/** Ends every session of the user at once; the table's trigger revokes them. */
export async function disableUser(client: pg.Client, login: string): Promise<void> {
	await changeMember(client, login, async (userId) => {
		await refuseLastOwner(client, userId);
		await client.query("UPDATE users SET disabled_at = COALESCE(disabled_at, now()) WHERE id = $1", [userId]);
	});
}

export async function enableUser(client: pg.Client, login: string): Promise<void> {
	await changeMember(client, login, async (userId) => {
		await client.query("UPDATE users SET disabled_at = NULL WHERE id = $1", [userId]);
	});
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

async function changeMember(
	client: pg.Client,
	login: string,
	change: (userId: string) => Promise<void>,
): Promise<void> {
	await client.query("BEGIN");
	try {
		const { rows } = await client.query<{ id: string }>("SELECT id FROM users WHERE login = $1 FOR UPDATE", [
			login.toLowerCase(),
		]);
		const [user] = rows;
		if (!user)
			throw new AppError({
				code: "not_found",
				message: `There is no user ${JSON.stringify(login)}. List them: npm run admin -- users`,
			});
		await change(user.id);
		await client.query("COMMIT");
	} catch (error) {
		await client.query("ROLLBACK");
		throw error;
	}
}

async function refuseLastOwner(client: pg.Client, userId: string): Promise<void> {
	const { rows } = await client.query<{ user_id: string }>(
		`SELECT m.user_id FROM members m JOIN users u ON u.id = m.user_id WHERE m.role = 'owner' AND u.disabled_at IS NULL FOR UPDATE OF m`,
	);
	if (rows.length > 1 || rows[0]?.user_id !== userId) return;
	throw new AppError({
		code: "conflict",
		message: "This is the workspace's only owner. Make another one first: npm run admin -- role <login> owner",
	});
}
