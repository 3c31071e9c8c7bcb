/** Requests for names that a network policy blocks: asked for by a devbox's owner, answered by admins. */
import type { Actor } from "../domain/actor.ts";
import { policyDomainsMax } from "../domain/egress-policy.ts";
import { newId } from "../domain/ids.ts";
import { type NetworkRequestStatus, takenOffTheNetwork } from "../domain/network-request.ts";
import { type Database, dbCall } from "./database.ts";
import type { Queryable } from "./run-journal.ts";

export type NetworkRequestRow = {
	id: string;
	devboxId: string;
	devboxName: string;
	name: string;
	reason: string;
	status: NetworkRequestStatus;
	requestedBy: string;
	askedCount: number;
	createdAt: Date;
	askedAt: Date;
	answeredBy: string | null;
	answeredAt: Date | null;
	answer: string;
	expiresAt: Date | null;
};

/** Of rows `r` of requests with `d`, the devbox of each. */
export const requestColumnsSql = `r.id, r.devbox_id AS "devboxId", coalesce(d.display_name, d.name) AS "devboxName", r.name, r.reason, r.status,
	r.requested_by AS "requestedBy", r.asked_count AS "askedCount", r.created_at AS "createdAt", r.asked_at AS "askedAt",
	r.answered_by AS "answeredBy", r.answered_at AS "answeredAt", r.answer, r.expires_at AS "expiresAt"`;
export const requestFromSql = "FROM network_requests r JOIN devboxes d ON d.id = r.devbox_id";

/** Of one devbox that the caller has made sure is the actor's, the newest first. */
export async function listRequestRowsOf(db: Database, devboxId: string): Promise<NetworkRequestRow[]> {
	const text = `SELECT ${requestColumnsSql} ${requestFromSql} WHERE r.devbox_id = $1 ORDER BY r.asked_at DESC, r.id DESC LIMIT 100`;
	return (await dbCall(() => db.pool.query<NetworkRequestRow>(text, [devboxId]))).rows;
}

/** Of the whole workspace, for admins: those that wait first, the oldest on top; then the last answered. */
export async function listRequestRows(
	db: Database,
	actor: Actor,
	o: { status: NetworkRequestStatus | null; limit: number },
): Promise<NetworkRequestRow[]> {
	const text = `SELECT ${requestColumnsSql} ${requestFromSql} WHERE r.workspace_id = $1 AND ($2::text IS NULL OR r.status = $2)
		ORDER BY r.status <> 'pending', CASE WHEN r.status = 'pending' THEN r.created_at END,
			coalesce(r.answered_at, r.asked_at) DESC, r.id LIMIT $3`;
	const values = [actor.workspaceId, o.status, o.limit];
	return (await dbCall(() => db.pool.query<NetworkRequestRow>(text, values))).rows;
}

export async function findRequestRow(
	db: Database,
	actor: Pick<Actor, "workspaceId">,
	id: string,
): Promise<NetworkRequestRow | null> {
	const text = `SELECT ${requestColumnsSql} ${requestFromSql} WHERE r.workspace_id = $1 AND r.id = $2`;
	return (await dbCall(() => db.pool.query<NetworkRequestRow>(text, [actor.workspaceId, id]))).rows[0] ?? null;
}

export async function countPendingOf(db: Database, devboxId: string): Promise<number> {
	return dbCall(() => db.prisma.networkRequest.count({ where: { devboxId, status: "pending" } }));
}

/** One that waits already is asked once more; null: the name is approved. An approval whose time is up is no approval. */
export async function putRequest(
	db: Database,
	actor: Pick<Actor, "workspaceId" | "login">,
	o: { devboxId: string; name: string; reason: string },
): Promise<string | null> {
	return dbCall(async () => {
		await db.pool.query(
			`UPDATE network_requests SET status = 'ended', answer = 'Its time was up.'
			WHERE devbox_id = $1 AND name = $2 AND status = 'approved' AND expires_at <= now()`,
			[o.devboxId, o.name],
		);
		const { rows } = await db.pool.query<{ id: string }>(
			`INSERT INTO network_requests AS r (id, workspace_id, devbox_id, name, reason, requested_by) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (devbox_id, name) WHERE status IN ('pending', 'approved') DO UPDATE
				SET asked_count = r.asked_count + 1, asked_at = now(), reason = coalesce(nullif(excluded.reason, ''), r.reason)
				WHERE r.status = 'pending'
			RETURNING r.id`,
			[newId("networkRequest"), actor.workspaceId, o.devboxId, o.name, o.reason, actor.login],
		);
		return rows[0]?.id ?? null;
	});
}

type Answer = { status: NetworkRequestStatus; answer: string; expiresInSeconds: number | null };

/** Compare-and-set: false when it is not in one of these states any more. */
export async function answerRequest(
	db: Pick<Database, "pool">,
	actor: Actor,
	o: Answer & { id: string; from: readonly NetworkRequestStatus[] },
): Promise<boolean> {
	const { rowCount } = await dbCall(() =>
		db.pool.query(
			`UPDATE network_requests SET status = $4, answer = $5, answered_by = $6, answered_at = now(),
				expires_at = now() + $7 * interval '1 second'
			WHERE workspace_id = $1 AND id = $2 AND status = ANY ($3)`,
			[actor.workspaceId, o.id, o.from, o.status, o.answer, actor.login, o.expiresInSeconds],
		),
	);
	return rowCount === 1;
}

/**
 * The requested name into the policy that its devbox follows, which ends the request: both or neither. A policy without names becomes one
 * with this name. `answered`: somebody was first.
 */
export async function addRequestToPolicy(
	db: Database,
	actor: Actor,
	o: { id: string; policyId: string; answer: string },
): Promise<"added" | "answered" | "not_followed" | "full"> {
	const { workspaceId, login } = actor;
	return dbCall(() =>
		db.prisma.$transaction(async (tx) => {
			const [policy] = await tx.$queryRaw<{ count: number }[]>`
				SELECT cardinality(p.domains) AS count FROM network_policies p JOIN devboxes d ON d.network_policy_id = p.id
					JOIN network_requests r ON r.devbox_id = d.id
				WHERE p.workspace_id = ${workspaceId} AND p.id = ${o.policyId} AND r.id = ${o.id} FOR UPDATE OF p, d`;
			if (!policy) return "not_followed";
			if (policy.count >= policyDomainsMax) return "full";
			const [request] = await tx.$queryRaw<{ name: string }[]>`
				UPDATE network_requests SET status = 'ended', answer = ${o.answer}, answered_by = ${login}, answered_at = now()
				WHERE workspace_id = ${workspaceId} AND id = ${o.id} AND status = 'pending' RETURNING name`;
			if (!request) return "answered";
			await tx.$executeRaw`
				UPDATE network_policies SET mode = CASE WHEN mode = 'none' THEN 'enforce' ELSE mode END,
					updated_at = greatest(now(), updated_at + interval '1 millisecond'),
					domains = ARRAY(SELECT DISTINCT name FROM unnest(domains || ${[request.name]}::text[]) AS name ORDER BY name)
				WHERE id = ${o.policyId}`;
			return "added";
		}),
	);
}

export type EndedRequest = { id: string; workspaceId: string; devboxId: string; name: string; answer: string };

/** Approvals whose time is up, and what waits or holds for devboxes that are gone. No actor: a loop serves every workspace. */
export async function endRequests(db: Queryable): Promise<EndedRequest[]> {
	const { rows } = await db.query<EndedRequest>(
		`UPDATE network_requests r SET status = 'ended', answered_at = coalesce(r.answered_at, now()),
			answer = CASE WHEN d.state = 'destroyed' THEN 'Its devbox was destroyed.' WHEN r.answer = $1 THEN $1
				ELSE 'Its time was up.' END
		FROM devboxes d WHERE d.id = r.devbox_id AND r.status IN ('pending', 'approved')
			AND (d.state = 'destroyed' OR (r.status = 'approved' AND r.expires_at <= now()))
		RETURNING r.id, r.workspace_id AS "workspaceId", r.devbox_id AS "devboxId", r.name, r.answer`,
		[takenOffTheNetwork],
	);
	return rows;
}
