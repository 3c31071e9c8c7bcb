/** What the worker writes of the boxes' use, and what it throws away. */
import type { Queryable } from "./run-journal.ts";

export type MetricSample = { devboxId: string; cpuPercent: number; memoryBytes: number; diskBytes: number | null };

/** All with the same time. Samples of boxes that are gone meanwhile are dropped. */
export async function insertSamples(db: Queryable, samples: readonly MetricSample[]): Promise<void> {
	if (samples.length === 0) return;
	await db.query(
		`INSERT INTO metric_samples (devbox_id, at, cpu_percent, memory_bytes, disk_bytes)
		SELECT s.devbox_id, now(), s.cpu, s.memory, s.disk
		FROM unnest($1::text[], $2::float8[], $3::int8[], $4::int8[]) AS s (devbox_id, cpu, memory, disk)
		JOIN devboxes d ON d.id = s.devbox_id
		ON CONFLICT DO NOTHING`,
		[
			samples.map((sample) => sample.devboxId),
			samples.map((sample) => sample.cpuPercent),
			samples.map((sample) => Math.round(sample.memoryBytes)),
			samples.map((sample) => (sample.diskBytes === null ? null : Math.round(sample.diskBytes))),
		],
	);
}

/** Drops what nobody will read again: old samples, spent tickets, and sessions and links that ended long ago. */
export async function pruneRows(db: Queryable): Promise<void> {
	await db.query("DELETE FROM metric_samples WHERE at < now() - interval '1 hour'");
	await db.query("DELETE FROM terminal_tickets WHERE expires_at < now() - interval '10 minutes'");
	await db.query("DELETE FROM preview_tickets WHERE expires_at < now() - interval '10 minutes'");
	await db.query("DELETE FROM preview_sessions WHERE expires_at < now()");
	await db.query(
		"DELETE FROM sessions WHERE expires_at < now() - interval '1 day' OR revoked_at < now() - interval '30 days'",
	);
	await db.query("DELETE FROM network_decisions WHERE last_at < now() - interval '30 days'");
	await db.query(
		"DELETE FROM network_requests WHERE status IN ('declined', 'ended') AND asked_at < now() - interval '90 days'",
	);
	await db.query("DELETE FROM sign_in_links WHERE expires_at < now() - interval '1 day'");
	await db.query("DELETE FROM invitation_links WHERE expires_at < now() - interval '30 days'");
}
