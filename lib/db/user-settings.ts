/** Personal settings, with the name and address that GitHub told where a person set none. */
import type pg from "pg";
import type { PersonalSettings } from "../domain/personal-settings.ts";
import { type Database, dbCall } from "./database.ts";
import { queryPatiently } from "./patient-query.ts";

export type UserSettingsRow = { own: PersonalSettings; defaults: Pick<PersonalSettings, "commitName" | "commitEmail"> };

type Columns = PersonalSettings & { githubName: string | null; githubEmail: string | null };

const selectSql = `
SELECT s.commit_name AS "commitName", s.commit_email AS "commitEmail", s.dotfiles_url AS "dotfilesUrl", s.dotfiles_ref AS "dotfilesRef",
	s.dotfiles_script AS "dotfilesScript", s.shell, s.editor,
	CASE WHEN u.github_id IS NOT NULL THEN coalesce(u.name, u.login) END AS "githubName",
	CASE WHEN u.github_id IS NOT NULL THEN u.email END AS "githubEmail"
FROM users u LEFT JOIN user_settings s ON s.user_id = u.id`;

export async function getUserSettingsRow(db: Pick<Database, "pool">, userId: string): Promise<UserSettingsRow> {
	const query = { name: "user-settings", text: `${selectSql} WHERE u.id = $1`, values: [userId] };
	const { rows } = await dbCall(() => db.pool.query<Columns>(query));
	const row = rows[0];
	if (!row) throw new Error(`User ${userId} is gone from the database`);
	const { githubName, githubEmail, ...own } = row;
	return { own, defaults: { commitName: githubName, commitEmail: githubEmail } };
}

/** What of it is applied. */
export function appliedSettings({ own, defaults }: UserSettingsRow): PersonalSettings {
	return {
		...own,
		commitName: own.commitName ?? defaults.commitName,
		commitEmail: own.commitEmail ?? defaults.commitEmail,
	};
}

/** What is left out stays. */
export async function writeUserSettings(
	db: Pick<Database, "prisma">,
	o: { userId: string; changes: Partial<PersonalSettings> },
): Promise<void> {
	const { userId, changes } = o;
	await dbCall(() =>
		db.prisma.userSettings.upsert({ where: { userId }, create: { userId, ...changes }, update: changes }),
	);
}

/** Of the owner of a box, for a worker. */
export async function readOwnerSettings(
	pool: Pick<pg.Pool, "query">,
	o: { devboxId: string; patienceMs: number },
): Promise<PersonalSettings> {
	const { rows } = await queryPatiently<Columns>(pool, {
		text: `${selectSql} JOIN devboxes d ON d.owner_id = u.id WHERE d.id = $1`,
		values: [o.devboxId],
		patienceMs: o.patienceMs,
	});
	const row = rows[0];
	if (!row) throw new Error(`Devbox ${o.devboxId} is gone from the database`);
	const { githubName, githubEmail, ...own } = row;
	return appliedSettings({ own, defaults: { commitName: githubName, commitEmail: githubEmail } });
}
