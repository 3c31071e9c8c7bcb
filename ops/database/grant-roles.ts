/**
 * Two roles beside the owner: gateway and worker use every table and change no structure; the web process sees what sign-in needs.
 * Applied after every migration, so that a new table is open to the application and closed to the web until it is named here.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import pg from "pg";

export type RoleLogin = { name: string; password: string };

/** What the web process may do, table by table. The rest of the database does not exist for it. */
export const webGrants = {
	workspaces: "SELECT",
	users: "SELECT, INSERT, UPDATE",
	members: "SELECT, INSERT",
	invitations: "SELECT, UPDATE",
	invitation_links: "SELECT, UPDATE",
	invitation_link_uses: "SELECT, INSERT",
	sign_in_links: "SELECT, UPDATE",
	sessions: "SELECT, INSERT, UPDATE, DELETE",
} as const;

/** On a server that others use as well (`isShared`), role names carry the install. */
export function roleNames(installId: string, isShared: boolean): { app: string; web: string } {
	return isShared
		? { app: `devbox_${installId}_app`, web: `devbox_${installId}_web` }
		: { app: "devbox_app", web: "devbox_web" };
}

/** Raised by PostgreSQL where the owner may make no roles (a managed server, say). */
const insufficientPrivilege = "42501";

/** Find-or-create, with these passwords and grants. Answers false where the owner may make no roles: all then run as the owner. */
export async function grantRoles(o: { ownerUrl: string; app: RoleLogin; web: RoleLogin }): Promise<boolean> {
	const client = new pg.Client({
		connectionString: o.ownerUrl,
		application_name: "devbox-grant",
		connectionTimeoutMillis: 10_000,
	});
	await client.connect();
	try {
		await client.query("BEGIN");
		// Roles belong to the whole server: two starts at once would both find none and make it.
		await client.query("SELECT pg_advisory_xact_lock(72707402)");
		for (const role of [o.app, o.web]) await ensureRole(client, role);
		await grantTables(client, o);
		await client.query("COMMIT");
		return true;
	} catch (error) {
		await client.query("ROLLBACK");
		if ((error as { code?: unknown }).code === insufficientPrivilege) return false;
		throw error;
	} finally {
		await client.end();
	}
}

async function ensureRole(client: pg.Client, role: RoleLogin): Promise<void> {
	const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role.name]);
	const verb = rowCount ? "ALTER" : "CREATE";
	const name = pg.escapeIdentifier(role.name);
	await client.query(
		`${verb} ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${pg.escapeLiteral(scramVerifier(role.password))}`,
	);
}

/** What PostgreSQL would keep of the password (RFC 5803), so that the password itself is in no statement and in no log of one. */
export function scramVerifier(password: string, salt = randomBytes(16)): string {
	const iterations = 4096;
	const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
	const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
	const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
	return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${hmac("Server Key").toString("base64")}`;
}

async function grantTables(client: pg.Client, o: { app: RoleLogin; web: RoleLogin }): Promise<void> {
	const app = pg.escapeIdentifier(o.app.name);
	const web = pg.escapeIdentifier(o.web.name);
	const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
	const database = pg.escapeIdentifier(rows[0]?.name ?? "");
	await client.query(`
		REVOKE ALL ON DATABASE ${database} FROM PUBLIC;
		GRANT CONNECT ON DATABASE ${database} TO ${app}, ${web};
		REVOKE ALL ON SCHEMA public FROM PUBLIC;
		GRANT USAGE ON SCHEMA public TO ${app}, ${web};
		REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${app}, ${web};
		GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${app};
		REVOKE UPDATE, DELETE ON audit_events FROM ${app};
		GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${app};
		GRANT EXECUTE ON FUNCTION record_sign_in(jsonb) TO ${app}, ${web};
		REVOKE ALL ON "_prisma_migrations" FROM ${app};
		${Object.entries(webGrants)
			.map(([table, rights]) => `GRANT ${rights} ON ${pg.escapeIdentifier(table)} TO ${web};`)
			.join("\n")}
	`);
}

/** Takes both roles away with what they were granted. Gone already is success. */
export async function dropRoles(ownerUrl: string, names: { app: string; web: string }): Promise<void> {
	const client = new pg.Client({
		connectionString: ownerUrl,
		application_name: "devbox-grant",
		connectionTimeoutMillis: 10_000,
	});
	await client.connect();
	try {
		for (const name of [names.app, names.web]) {
			const { rowCount } = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [name]);
			const role = pg.escapeIdentifier(name);
			if (rowCount) await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
		}
	} finally {
		await client.end();
	}
}

/** The owner's URL with another role's login. */
export function urlForRole(ownerUrl: string, role: RoleLogin): string {
	const url = new URL(ownerUrl);
	url.username = encodeURIComponent(role.name);
	url.password = encodeURIComponent(role.password);
	return url.href;
}
