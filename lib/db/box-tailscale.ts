/** A box's tailnet as a worker reads and writes it: no actor asks. */
import type { NetworkPolicy } from "../domain/egress-policy.ts";
import type { JoinState, TailscaleSpec } from "../domain/tailscale.ts";
import { type Database, dbCall } from "./database.ts";

type Pool = Pick<Database, "pool">;

export type BoxTailscale = TailscaleSpec & { status: JoinState["status"]; policy: NetworkPolicy; isWithheld: boolean };

/** Null for a box that joins nothing. */
export async function readBoxTailscale(db: Pool, devboxId: string): Promise<BoxTailscale | null> {
	const text = `SELECT t.client_id AS "clientId", t.tags, t.hostname, t.login_server AS "loginServer", t.on_failure AS "onFailure", t.status,
			d.credentials_withheld AS "isWithheld",
			json_build_object('mode', coalesce(p.mode, d.network_mode), 'domains', coalesce(p.domains, d.network_domains)) AS policy
		FROM devbox_tailscale t JOIN devboxes d ON d.id = t.devbox_id LEFT JOIN network_policies p ON p.id = d.network_policy_id
		WHERE t.devbox_id = $1`;
	return (await dbCall(() => db.pool.query<BoxTailscale>(text, [devboxId]))).rows[0] ?? null;
}

/** Where a new token is given its id is kept, so that what was exchanged can be told apart from what was not. */
export async function writeJoinState(
	db: Pool,
	o: { devboxId: string; state: JoinState; tokenId?: string },
): Promise<void> {
	const { status, message, nodeName, addresses } = o.state;
	await dbCall(() =>
		db.pool.query(
			`UPDATE devbox_tailscale SET status = $2, message = $3, node_name = $4, addresses = $5, token_id = coalesce($6, token_id),
				changed_at = now() WHERE devbox_id = $1`,
			[o.devboxId, status, message, nodeName, addresses, o.tokenId ?? null],
		),
	);
}
