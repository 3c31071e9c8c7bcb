/** What the filters decided, as an actor may see it: of an own devbox, or as an admin of all of the workspace's. */
import type { Actor } from "../domain/actor.ts";
import { type Database, dbCall } from "./database.ts";

export type DecisionRow = {
	protocol: string;
	name: string;
	port: number;
	verdict: "allowed" | "observed" | "blocked";
	why: string;
	rule: string;
	count: number;
	firstAt: Date;
	lastAt: Date;
};

const columns = `n.protocol, n.name, n.port, n.verdict, n.why, n.rule, n.count, n.first_at AS "firstAt", n.last_at AS "lastAt"`;

/** Of a devbox that the caller has made sure is the actor's. */
export async function listDecisionRows(db: Database, devboxId: string): Promise<DecisionRow[]> {
	const text = `SELECT ${columns} FROM network_decisions n WHERE n.devbox_id = $1 ORDER BY n.last_at DESC LIMIT 300`;
	return (await dbCall(() => db.pool.query<DecisionRow>(text, [devboxId]))).rows;
}

export type WorkspaceDecisionRow = DecisionRow & {
	devboxId: string;
	devboxName: string;
	owner: string;
	/** The named policy that its devbox follows. */
	policyId: string | null;
	policyName: string | null;
};

export type DecisionFilter = {
	devbox?: string | undefined;
	name?: string | undefined;
	rule?: string | undefined;
	verdict?: string | undefined;
};

/** The latest of the workspace's devboxes that are not gone; each filter is a part of what it is about, whatever the case. */
export async function listWorkspaceDecisionRows(
	db: Database,
	actor: Actor,
	o: { filter: DecisionFilter; limit: number },
): Promise<WorkspaceDecisionRow[]> {
	const { devbox, name, rule, verdict } = o.filter;
	const text = `SELECT ${columns}, d.id AS "devboxId", coalesce(d.display_name, d.name) AS "devboxName", u.login AS owner,
			p.id AS "policyId", p.name AS "policyName"
		FROM network_decisions n JOIN devboxes d ON d.id = n.devbox_id JOIN users u ON u.id = d.owner_id
			LEFT JOIN network_policies p ON p.id = d.network_policy_id
		WHERE d.workspace_id = $1 AND d.state <> 'destroyed' AND ($6::text IS NULL OR n.verdict = $6)
			AND ($2::text IS NULL OR d.id = $2 OR strpos(lower(coalesce(d.display_name, d.name)), lower($2)) > 0)
			AND ($3::text IS NULL OR strpos(lower(n.name), lower($3)) > 0)
			AND ($4::text IS NULL OR strpos(lower(n.rule), lower($4)) > 0 OR n.why = $4)
		ORDER BY n.last_at DESC, d.id, n.name LIMIT $5`;
	const values = [actor.workspaceId, devbox ?? null, name ?? null, rule ?? null, o.limit, verdict ?? null];
	return (await dbCall(() => db.pool.query<WorkspaceDecisionRow>(text, values))).rows;
}
