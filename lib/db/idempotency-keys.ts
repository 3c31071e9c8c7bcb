/** Answers kept under the Idempotency-Key of the request that they answered, for 24 h. */
import { type Database, dbCall } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import { queryPatiently } from "./patient-query.ts";

type KeyOf = { userId: string; operation: string; key: string };

/** One claim of a key: what a later one wrote is not its own. */
type HeldKey = KeyOf & { lockedUntil: string };

export type ClaimedKey =
	/** The caller does the work, and makes its resource under this id; unless the claim is fresh, an earlier try may have made it. */
	| { kind: "claimed"; resourceId: string; isFresh: boolean; lockedUntil: string }
	| { kind: "done"; answer: Prisma.JsonValue }
	| { kind: "running" }
	| { kind: "other_input" };

const keptMs = 24 * 60 * 60 * 1000;
/** Longer than any request that takes a key; past it the process that held the key is dead. */
const lockMs = 60_000;
/** A database that restarts is back by then. */
const unlockPatienceMs = 20_000;

/** One statement claims: of two at once one gets `claimed`. `inputHashes`: keyed ones of the request, by each key that may have been the newest. */
export async function claimIdempotencyKey(
	db: Database,
	o: KeyOf & { inputHashes: readonly [string, ...string[]]; newResourceId: string },
): Promise<ClaimedKey> {
	const { rows } = await dbCall(() =>
		db.pool.query<{ resource_id: string; is_fresh: boolean; locked_until: string }>({
			name: "claim-idempotency-key",
			text: `INSERT INTO idempotency_keys AS k (user_id, operation, key, input_hash, resource_id, locked_until, expires_at)
			VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond', now() + $7 * interval '1 millisecond')
			ON CONFLICT (user_id, operation, key) DO UPDATE SET
				input_hash = excluded.input_hash, status = 'running', answer = NULL, locked_until = excluded.locked_until,
				resource_id = CASE WHEN k.expires_at < now() THEN excluded.resource_id ELSE k.resource_id END,
				expires_at = excluded.expires_at
			WHERE k.expires_at < now() OR (k.status = 'running' AND k.locked_until < now() AND k.input_hash = ANY($8))
			RETURNING resource_id, resource_id = $5 AS is_fresh, locked_until::text AS locked_until`,
			values: [o.userId, o.operation, o.key, o.inputHashes[0], o.newResourceId, lockMs, keptMs, o.inputHashes],
		}),
	);
	const row = rows[0];
	if (row)
		return {
			kind: "claimed",
			resourceId: row.resource_id,
			isFresh: row.is_fresh,
			lockedUntil: row.locked_until,
		};
	const where = { userId_operation_key: { userId: o.userId, operation: o.operation, key: o.key } };
	const held = await dbCall(() => db.prisma.idempotencyKey.findUnique({ where }));
	// Gone in between: its holder failed and let go, so the client may simply ask again.
	if (!held) return { kind: "running" };
	if (!o.inputHashes.includes(held.inputHash)) return { kind: "other_input" };
	return held.status === "done" ? { kind: "done", answer: held.answer } : { kind: "running" };
}

export async function keepIdempotentAnswer(db: Database, o: KeyOf & { answer: unknown }): Promise<void> {
	await dbCall(() =>
		db.pool.query({
			name: "keep-idempotent-answer",
			text: "UPDATE idempotency_keys SET status = 'done', answer = $4 WHERE user_id = $1 AND operation = $2 AND key = $3",
			values: [o.userId, o.operation, o.key, JSON.stringify(o.answer)],
		}),
	);
}

/** Nothing was done: the key is free for another try. */
export async function releaseIdempotencyKey(db: Database, o: HeldKey): Promise<void> {
	await dbCall(() =>
		db.pool.query({
			name: "release-idempotency-key",
			text: `DELETE FROM idempotency_keys WHERE ${heldSql}`,
			values: heldValues(o),
		}),
	);
}

/** Nobody knows what was done, but nobody is at it any more: the next try may claim the key at once, and finds what was made by its id. */
export async function unlockIdempotencyKey(db: Database, o: HeldKey): Promise<void> {
	await queryPatiently(db.pool, {
		text: `UPDATE idempotency_keys SET locked_until = to_timestamp(0) WHERE ${heldSql}`,
		values: heldValues(o),
		patienceMs: unlockPatienceMs,
	});
}

const heldSql =
	"user_id = $1 AND operation = $2 AND key = $3 AND status = 'running' AND locked_until = $4::timestamptz";

function heldValues(o: HeldKey): string[] {
	return [o.userId, o.operation, o.key, o.lockedUntil];
}
