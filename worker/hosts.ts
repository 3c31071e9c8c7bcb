/** The hosts that this process reaches: an engine and the links into its boxes for each row of `hosts`. */
import type { Database } from "../lib/db/database.ts";
import { listHostRows } from "../lib/db/hosts.ts";
import type { BoxLinks } from "../lib/domain/box-link.ts";
import type { Engine } from "../lib/engines/engine.ts";

export type HostAccess = { id: string; name: string; engine: Engine; links: BoxLinks };

/** The columns that say how to reach a host. */
export type HostEndpoint = {
	id: string;
	name: string;
	engine: string;
	endpoint: string;
	project: string;
	profile: string;
	pool: string;
	serverCertificate: string | null;
};

/** Opens the engine and the links of one host; throws when the row makes no sense. */
export type OpenHost = (host: HostEndpoint) => { engine: Engine; links: BoxLinks };

export type Hosts = {
	get(hostId: string): HostAccess | null;
	all(): HostAccess[];
	/** Reads the rows again: new hosts are opened, changed ones opened anew, removed ones closed. Throws when it cannot read. */
	refresh(): Promise<void>;
	close(): Promise<void>;
};

export function openHosts(o: {
	db: Pick<Database, "prisma">;
	open: OpenHost;
	onProblem: (host: HostEndpoint, error: unknown) => void;
}): Hosts {
	const known = new Map<string, { access: HostAccess; key: string }>();

	async function drop(id: string): Promise<void> {
		const entry = known.get(id);
		known.delete(id);
		await entry?.access.links.close();
	}

	async function refreshNow(): Promise<void> {
		const rows = await listHostRows(o.db);
		const ids = new Set(rows.map((row) => row.id));
		for (const id of known.keys()) if (!ids.has(id)) await drop(id);
		for (const row of rows) {
			const host: HostEndpoint = {
				id: row.id,
				name: row.name,
				engine: row.engine,
				endpoint: row.endpoint,
				project: row.project,
				profile: row.profile,
				pool: row.pool,
				serverCertificate: row.serverCertificate,
			};
			const key = JSON.stringify(host);
			if (known.get(row.id)?.key === key) continue;
			await drop(row.id);
			try {
				known.set(row.id, { key, access: { id: row.id, name: row.name, ...o.open(host) } });
			} catch (error) {
				o.onProblem(host, error);
			}
		}
	}

	let refreshing: Promise<void> = Promise.resolve();
	return {
		get: (hostId) => known.get(hostId)?.access ?? null,
		all: () => [...known.values()].map((entry) => entry.access),
		refresh() {
			// One after the other: two at once would open a host twice.
			refreshing = refreshing.then(refreshNow, refreshNow);
			return refreshing;
		},
		async close() {
			await Promise.all([...known.keys()].map(drop));
		},
	};
}
