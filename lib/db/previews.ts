/** Who may see which port of which devbox in a browser. Callers hand in hashes: a token itself never reaches the database. */
import type { Actor } from "../domain/actor.ts";
import { type Database, dbCall } from "./database.ts";

/** Port 0 stands for the list of ports. */
export type PreviewGrant = { credentialIds: string[]; userId: string; devboxId: string; port: number };

export function insertPreviewTicket(db: Database, o: PreviewGrant & { tokenHash: string; expiresAt: Date }) {
	return dbCall(() => db.prisma.previewTicket.create({ data: o }));
}

/** Spends the ticket: of two at once one gets it, the other null. */
export async function spendPreviewTicket(
	db: Database,
	o: { tokenHash: string; port: number },
): Promise<PreviewGrant | null> {
	const now = new Date();
	const [ticket] = await dbCall(() =>
		db.prisma.previewTicket.updateManyAndReturn({
			where: { ...o, usedAt: null, expiresAt: { gt: now } },
			data: { usedAt: now },
		}),
	);
	return ticket ?? null;
}

export function insertPreviewSession(db: Database, o: PreviewGrant & { tokenHash: string; expiresAt: Date }) {
	return dbCall(() => db.prisma.previewSession.create({ data: o }));
}

/** A live session with all that its requests need to know of the devbox. */
export type LivePreviewSession = PreviewGrant & {
	expiresAt: Date;
	name: string;
	state: string;
	power: string;
	desiredState: string;
	reason: string | null;
	hostId: string | null;
};

/**
 * Null for none, an expired one, and for one whose credential, user, membership or ownership has ended: a preview lives no longer
 * than what it came from.
 */
export async function findLivePreviewSession(db: Database, tokenHash: string): Promise<LivePreviewSession | null> {
	const text = `
		SELECT p.credential_ids AS "credentialIds", p.user_id AS "userId", p.devbox_id AS "devboxId", p.port,
			LEAST(p.expires_at, live.expires_at) AS "expiresAt",
			d.name, d.state, d.power, d.desired_state AS "desiredState", d.reason, d.host_id AS "hostId"
		FROM preview_sessions p
		JOIN devboxes d ON d.id = p.devbox_id AND d.owner_id = p.user_id
		JOIN members m ON m.workspace_id = d.workspace_id AND m.user_id = p.user_id
		JOIN users u ON u.id = p.user_id AND u.disabled_at IS NULL
		CROSS JOIN LATERAL (
			SELECT count(*) AS credentials, min(c.expires_at) AS expires_at FROM (
				SELECT s.expires_at FROM sessions s
				WHERE s.id = ANY(p.credential_ids) AND s.revoked_at IS NULL AND s.expires_at > now()
				UNION ALL
				SELECT t.expires_at FROM api_tokens t
				WHERE t.id = ANY(p.credential_ids) AND t.revoked_at IS NULL
					AND (t.expires_at IS NULL OR t.expires_at > now()) AND 'exec' = ANY(t.scopes)
			) c
		) live
		WHERE p.token_hash = $1 AND p.expires_at > now()
			AND live.credentials > 0 AND live.credentials = cardinality(p.credential_ids)`;
	const { rows } = await dbCall(() =>
		db.pool.query<LivePreviewSession>({ name: "find-preview-session", text, values: [tokenHash] }),
	);
	return rows[0] ?? null;
}

/** `isShared`: another live devbox, of another workspace, has the same name, so that the name alone is nobody's origin. */
export type PreviewBox = { id: string; name: string; workspaceId: string; ownerLogin: string; isShared: boolean };

const boxSql = `SELECT d.id, d.name, d.workspace_id AS "workspaceId",
	(SELECT u.login FROM users u WHERE u.id = d.owner_id) AS "ownerLogin",
	EXISTS (SELECT 1 FROM devboxes o WHERE o.name = d.name AND o.id <> d.id AND o.released_at IS NULL) AS "isShared"
FROM devboxes d`;

/** The actor's own devbox of this id, or else the newest of this name; null also for what is another's. */
export async function findOwnPreviewBox(
	db: Database,
	actor: Actor,
	o: { id: string; name: string },
): Promise<PreviewBox | null> {
	const text = `${boxSql} WHERE d.workspace_id = $1 AND d.owner_id = $2 AND (d.id = $3 OR d.name = $4)
		ORDER BY (d.id = $3) DESC, (d.released_at IS NULL) DESC, d.created_at DESC LIMIT 1`;
	const values = [actor.workspaceId, actor.userId, o.id, o.name];
	return (await dbCall(() => db.pool.query<PreviewBox>(text, values))).rows[0] ?? null;
}

/** Whoever's it is: for a ticket, which says by itself what it opens. */
export async function findPreviewBox(db: Database, id: string): Promise<PreviewBox | null> {
	return (await dbCall(() => db.pool.query<PreviewBox>(`${boxSql} WHERE d.id = $1`, [id]))).rows[0] ?? null;
}
