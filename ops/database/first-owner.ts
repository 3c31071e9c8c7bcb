/** The first start makes the workspace and its owner, so that the first sign-in link has somebody to sign in. */
import type pg from "pg";
import { newId } from "../../lib/domain/ids.ts";
import { runCommand } from "../../lib/process/run-command.ts";

/** Answers the login of the workspace's first owner. */
export async function ensureFirstOwner(client: pg.Client): Promise<string> {
	await client.query("BEGIN");
	try {
		await client.query("SELECT pg_advisory_xact_lock(72707403)");
		const login = (await ownerLogin(client)) ?? (await makeOwner(client, await loginOfOperator()));
		await client.query("COMMIT");
		return login;
	} catch (error) {
		await client.query("ROLLBACK");
		throw error;
	}
}

/** The longest-serving owner who may sign in; null on a fresh database. */
export async function ownerLogin(client: pg.Client): Promise<string | null> {
	const { rows } = await client.query<{ login: string }>(
		`SELECT u.login FROM members m JOIN users u ON u.id = m.user_id
		 WHERE m.role = 'owner' AND u.disabled_at IS NULL ORDER BY m.created_at LIMIT 1`,
	);
	return rows[0]?.login ?? null;
}

async function makeOwner(client: pg.Client, login: string): Promise<string> {
	const [workspaceId, userId] = [newId("workspace"), newId("user")];
	await client.query("INSERT INTO workspaces (id, name) VALUES ($1, 'Workspace')", [workspaceId]);
	await client.query("INSERT INTO users (id, login) VALUES ($1, $2)", [userId, login]);
	await client.query("INSERT INTO members (workspace_id, user_id, role) VALUES ($1, $2, 'owner')", [
		workspaceId,
		userId,
	]);
	return login;
}

/** The GitHub login that git knows; else `admin`. A name, and no proof: who signs in with that account is another user, until the owner connects it. */
async function loginOfOperator(): Promise<string> {
	const { stdout } = await runCommand({
		command: ["git", "config", "--global", "github.user"],
		allowedCodes: [1, 128],
	});
	const login = stdout.trim().toLowerCase();
	return /^[a-z0-9](?:-?[a-z0-9]){0,38}$/.test(login) ? login : "admin";
}
