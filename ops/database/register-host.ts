/** Puts this machine, and the image that it holds, into the tables that the worker and the dashboard read. */
import { hostname } from "node:os";
import type pg from "pg";
import { newId } from "../../lib/domain/ids.ts";
import type { HostConnection } from "../../lib/engines/registry.ts";

/** Finds or makes the id of the row for this machine. One per install and project, whatever the machine is called meanwhile. */
export async function localHostId(client: pg.Client, project: string): Promise<string> {
	const { rows } = await client.query<{ id: string }>(
		"SELECT id FROM hosts WHERE project = $1 ORDER BY created_at LIMIT 1",
		[project],
	);
	return rows[0]?.id ?? newId("host");
}

/** Find-or-create. Leaves the status to the worker, which probes; writes nothing when nothing changed, as a change reopens links. */
export async function registerHost(client: pg.Client, host: HostConnection): Promise<void> {
	await client.query(
		`INSERT INTO hosts (id, name, engine, endpoint, project, profile, pool, server_certificate)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		 ON CONFLICT (id) DO UPDATE SET engine = $3, endpoint = $4, project = $5, profile = $6, pool = $7, server_certificate = $8
		 WHERE (hosts.engine, hosts.endpoint, hosts.project, hosts.profile, hosts.pool, hosts.server_certificate)
			IS DISTINCT FROM ($3, $4, $5, $6, $7, $8)`,
		[
			host.id,
			await freeHostName(client, host.id),
			host.engine,
			host.endpoint,
			host.project,
			host.profile,
			host.pool,
			host.tls?.serverCertificate ?? null,
		],
	);
}

/** Two machines may share a name; rows may not. */
async function freeHostName(client: pg.Client, hostId: string): Promise<string> {
	const name = hostname() || "local";
	const { rowCount } = await client.query("SELECT 1 FROM hosts WHERE name = $1 AND id <> $2", [name, hostId]);
	return rowCount ? `${name}-${hostId.slice(-4)}` : name;
}

export type ImageFacts = {
	name: string;
	ref: string;
	description: string;
	sizeBytes: number;
	buildSeconds: number | null;
	/** That not every image has. */
	programs: readonly string[];
};

/** Find-or-create; `buildSeconds` null keeps what an earlier build took. */
export async function registerImage(client: pg.Client, image: ImageFacts): Promise<void> {
	await client.query(
		`INSERT INTO images (id, name, ref, description, size_bytes, build_seconds, programs) VALUES ($1, $2, $3, $4, $5, $6, $7)
		 ON CONFLICT (name) DO UPDATE SET ref = $3, description = $4, size_bytes = $5, programs = $7,
			build_seconds = COALESCE($6, CASE WHEN images.ref = $3 THEN images.build_seconds END), updated_at = now()
		 WHERE (images.ref, images.description, images.size_bytes, images.programs) IS DISTINCT FROM ($3, $4, $5, $7::text[])`,
		[newId("image"), image.name, image.ref, image.description, image.sizeBytes, image.buildSeconds, image.programs],
	);
}
