/** What evidence of isolation is made of: the devboxes of the actor's workspace as of a moment, and what stands beside their policies. */
import type { Actor } from "../domain/actor.ts";
import type { AuditAction } from "../domain/audit.ts";
import type { JoinStatus } from "../domain/tailscale.ts";
import { type Database, dbCall } from "./database.ts";
import { networkColumnsSql } from "./network-in-force.ts";
import type { DevboxNetworkRow } from "./network-policies.ts";
import { type NetworkRequestRow, requestColumnsSql, requestFromSql } from "./network-requests.ts";

type Workspace = Pick<Actor, "workspaceId">;
/** `isNow`: nothing can have changed since. */
export type Moment = { at: Date; isNow: boolean };

export type EvidenceDevboxRow = Omit<DevboxNetworkRow, "filterMessage" | "isLocked"> & {
	id: string;
	name: string;
	owner: string;
	hostId: string | null;
	hostName: string | null;
	createdAt: Date;
	imageRef: string;
	/** Of its own policy, after the moment. */
	changedAt: Date | null;
	tailscale: { status: JoinStatus; hostname: string; tags: string[] } | null;
};

/** A devbox was there from when it was asked for until its engine confirmed that it is gone. */
const thereSql = "d.workspace_id = $1 AND d.created_at <= $2 AND (d.released_at IS NULL OR d.released_at > $2)";

/** Oldest first. */
export async function listEvidenceDevboxRows(
	db: Database,
	{ workspaceId }: Workspace,
	o: Moment & { after: { createdAt: Date; id: string } | null; limit: number },
): Promise<EvidenceDevboxRow[]> {
	const text = `SELECT d.id, coalesce(d.display_name, d.name) AS name, u.login AS owner, d.host_id AS "hostId", h.name AS "hostName",
			d.created_at AS "createdAt", d.image_ref AS "imageRef", ${networkColumnsSql}, p.name AS "policyName",
			d.network_fenced AS "isFenced", d.network_applied AS applied, d.state, h.filter_status AS "filterStatus", c.at AS "changedAt",
			CASE WHEN t.is_enabled OR t.status <> 'left' THEN json_build_object('status', t.status, 'hostname', t.hostname, 'tags', t.tags) END AS tailscale
		FROM devboxes d JOIN users u ON u.id = d.owner_id LEFT JOIN hosts h ON h.id = d.host_id
			LEFT JOIN network_policies p ON p.id = d.network_policy_id LEFT JOIN devbox_tailscale t ON t.devbox_id = d.id
			LEFT JOIN (SELECT target_id, max(at) AS at FROM audit_events WHERE workspace_id = $1 AND at > $2 AND NOT $3
				AND action = 'network.change' AND outcome = 'success' GROUP BY target_id) c ON c.target_id = d.id
		WHERE ${thereSql} AND ($4::timestamptz IS NULL OR (d.created_at, d.id) > ($4, $5::text))
		ORDER BY d.created_at, d.id LIMIT $6`;
	const values = [workspaceId, o.at, o.isNow, o.after?.createdAt ?? null, o.after?.id ?? null, o.limit];
	return (await dbCall(() => db.pool.query<EvidenceDevboxRow>(text, values))).rows;
}

/** By host; under `null` those that have none yet. */
export async function countEvidenceDevboxes(
	db: Database,
	{ workspaceId }: Workspace,
	{ at }: Moment,
): Promise<Map<string | null, number>> {
	const text = `SELECT d.host_id AS "hostId", count(*)::int AS count FROM devboxes d WHERE ${thereSql} GROUP BY d.host_id`;
	const { rows } = await dbCall(() => db.pool.query<{ hostId: string | null; count: number }>(text, [workspaceId, at]));
	return new Map(rows.map(({ hostId, count }) => [hostId, count]));
}

const approvalsMax = 1_000;

/**
 * Approvals that held then. Of a past moment also those whose time has run out since; one that was taken back keeps no end of its own,
 * and is among the changes that the audit log has.
 */
export async function listApprovalRows(
	db: Database,
	{ workspaceId }: Workspace,
	{ at, isNow }: Moment,
): Promise<{ rows: NetworkRequestRow[]; count: number }> {
	const text = `SELECT ${requestColumnsSql}, count(*) OVER ()::int AS count ${requestFromSql}
		WHERE ${thereSql} AND r.answered_at <= $2 AND (r.expires_at IS NULL OR r.expires_at > $2)
			AND (r.status = 'approved' OR (NOT $3 AND r.status = 'ended' AND r.expires_at IS NOT NULL))
		ORDER BY r.answered_at DESC, r.id LIMIT ${approvalsMax}`;
	const { rows } = await dbCall(() =>
		db.pool.query<NetworkRequestRow & { count: number }>(text, [workspaceId, at, isNow]),
	);
	return { rows, count: rows[0]?.count ?? 0 };
}

/** What changes where boxes may go, or whom they may show themselves to. */
const actions = [
	"network_policy.create",
	"network_policy.update",
	"network_policy.delete",
	"defaults.update",
	"network.change",
	"network_request.approve",
	"network_request.end",
	"internal_service.create",
	"internal_service.delete",
	"identity_audience.allow",
	"identity_audience.remove",
	"tailscale.set",
	"tailscale.change",
] as const satisfies readonly AuditAction[];

export async function countChangesSince(
	db: Database,
	{ workspaceId }: Workspace,
	{ at, isNow }: Moment,
): Promise<{ action: string; count: number }[]> {
	if (isNow) return [];
	const text = `SELECT action, count(*)::int AS count FROM audit_events
		WHERE workspace_id = $1 AND at > $2 AND outcome = 'success' AND action = ANY ($3) GROUP BY action ORDER BY action`;
	const values = [workspaceId, at, actions];
	return (await dbCall(() => db.pool.query<{ action: string; count: number }>(text, values))).rows;
}
