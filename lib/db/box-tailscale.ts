/** A box's tailnet as a worker reads and writes it: no actor asks. */
import type { NetworkPolicy } from "../domain/egress-policy.ts";
import type { JoinState, TailscaleSpec } from "../domain/tailscale.ts";
import { type Database, dbCall } from "./database.ts";
import { hasOpenRun } from "./observed-devboxes.ts";
import type { Queryable } from "./run-journal.ts";

type Pool = Pick<Database, "pool">;

export type BoxTailscale = TailscaleSpec & {
	/** Whether it shall be in it. */
	isEnabled: boolean;
	status: JoinState["status"];
	policy: NetworkPolicy;
	isWithheld: boolean;
};

/** Null for a box that never joined anything. */
export async function readBoxTailscale(db: Pool, devboxId: string): Promise<BoxTailscale | null> {
	const text = `SELECT t.client_id AS "clientId", t.tags, t.hostname, t.login_server AS "loginServer", t.on_failure AS "onFailure",
			t.is_enabled AS "isEnabled", t.status,
			d.credentials_withheld AS "isWithheld",
			json_build_object('mode', coalesce(p.mode, d.network_mode), 'domains', coalesce(p.domains, d.network_domains)) AS policy
		FROM devbox_tailscale t JOIN devboxes d ON d.id = t.devbox_id LEFT JOIN network_policies p ON p.id = d.network_policy_id
		WHERE t.devbox_id = $1`;
	return (await dbCall(() => db.pool.query<BoxTailscale>(text, [devboxId]))).rows[0] ?? null;
}

/**
 * Where a new token is given its id is kept, so that what was exchanged can be told apart from what was not. `boot`: the engine's mark of
 * the boot that this is of; with it the reboots before are dealt with.
 */
export async function writeJoinState(
	db: Pool,
	o: { devboxId: string; state: JoinState; tokenId?: string; boot?: string | null },
): Promise<void> {
	const { status, message, nodeName, addresses } = o.state;
	await dbCall(() =>
		db.pool.query(
			`UPDATE devbox_tailscale SET status = $2, message = $3, node_name = $4, addresses = $5, token_id = coalesce($6, token_id),
				boot = coalesce($7, boot), rejoin_at = NULL, changed_at = now() WHERE devbox_id = $1`,
			[o.devboxId, status, message, nodeName, addresses, o.tokenId ?? null, o.boot ?? null],
		),
	);
}

export type TailnetBoot = {
	devboxId: string;
	devboxName: string;
	workspaceId: string;
	ownerId: string;
	ownerLogin: string;
	/** Of its last join; null where that was before boots were noted. */
	boot: string | null;
	rejoins: number;
	settledMs: number;
	/** It rebooted, and is to join again: `due` now. */
	rejoin: "due" | "waits" | null;
};

/** Boxes of a host that run, belong to somebody who may work, and shall be in a tailnet. Read them before the engine's list. */
export async function readTailnetBoots(db: Queryable, o: { hostId: string }): Promise<TailnetBoot[]> {
	const { rows } = await db.query<TailnetBoot>(
		`SELECT d.id AS "devboxId", coalesce(d.display_name, d.name) AS "devboxName", d.workspace_id AS "workspaceId",
			u.id AS "ownerId", u.login AS "ownerLogin", t.boot, t.rejoins,
			extract(epoch FROM now() - t.changed_at)::float8 * 1000 AS "settledMs",
			CASE WHEN t.rejoin_at <= now() THEN 'due' WHEN t.rejoin_at IS NOT NULL THEN 'waits' END AS rejoin
		FROM devbox_tailscale t JOIN devboxes d ON d.id = t.devbox_id JOIN users u ON u.id = d.owner_id AND u.disabled_at IS NULL
			JOIN members m ON m.workspace_id = d.workspace_id AND m.user_id = d.owner_id
		WHERE d.host_id = $1 AND ${mayRejoin}`,
		[o.hostId],
	);
	return rows;
}

const mayRejoin = `t.is_enabled AND d.state = 'ready' AND d.power = 'running' AND d.desired_state = 'running'
	AND NOT d.credentials_withheld AND NOT ${hasOpenRun}`;

/** For a box that joined before boots were noted. */
export async function noteBoot(db: Queryable, o: { devboxId: string; boot: string }): Promise<void> {
	await db.query("UPDATE devbox_tailscale SET boot = $2 WHERE devbox_id = $1 AND boot IS NULL", [o.devboxId, o.boot]);
}

/** It rebooted since its last join, which was of `boot`: it joins again in `afterMs`. Answers whether that is news. */
export async function noteReboot(
	db: Queryable,
	o: { devboxId: string; boot: string; rejoins: number; afterMs: number; message: string },
): Promise<boolean> {
	const { rowCount } = await db.query(
		`UPDATE devbox_tailscale t SET status = 'pending', message = $3, node_name = NULL, addresses = '{}', rejoins = $4, changed_at = now(),
			rejoin_at = now() + $5 * interval '1 millisecond'
		FROM devboxes d WHERE t.devbox_id = $1 AND d.id = t.devbox_id AND t.boot = $2 AND t.rejoin_at IS NULL AND ${mayRejoin}`,
		[o.devboxId, o.boot, o.message, o.rejoins, o.afterMs],
	);
	return (rowCount ?? 0) > 0;
}

/** One more join is queued: where it comes to nothing, the next one is due after `pauseMs`. */
export async function countRejoin(db: Queryable, o: { devboxId: string; pauseMs: number }): Promise<void> {
	await db.query(
		`UPDATE devbox_tailscale SET rejoins = rejoins + 1, rejoin_at = now() + $2 * interval '1 millisecond'
		WHERE devbox_id = $1 AND rejoin_at IS NOT NULL`,
		[o.devboxId, o.pauseMs],
	);
}
