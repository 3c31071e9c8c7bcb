/**
 * The hosts that this process can reach: per row of `hosts` an engine and the links into its boxes. Read again when the table
 * changes; a host whose way there changed gets a new engine, and its old links end.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Database } from "../../lib/db/database.ts";
import { type HostRow, listHostRows } from "../../lib/db/hosts.ts";
import type { BoxLinks } from "../../lib/domain/box-link.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { EngineName, HostConnection } from "../../lib/engines/registry.ts";
import type { Log } from "../../lib/log/log.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";

export type HostDirectory = {
	/** Throws AppError `unavailable` for a host that is not known here or cannot be reached from here. */
	linksOf(hostId: string): BoxLinks;
	/** Ends all links into a box, on whichever host it is. */
	dropLinks(instance: string): void;
	close(): Promise<void>;
};

type Entry = { fingerprint: string; links: BoxLinks };

type HostDirectoryOptions = {
	db: Pick<Database, "prisma">;
	changes: ChangeFeed;
	installId: string;
	dataDir: string;
	openLinks: (host: HostConnection) => BoxLinks;
	log: Log;
};

const retryMs = 1_000;

export async function openHostDirectory(o: HostDirectoryOptions): Promise<HostDirectory> {
	const entries = new Map<string, Entry>();
	let reading: Promise<void> = Promise.resolve();
	let retry: NodeJS.Timeout | null = null;
	let isClosed = false;

	async function read(): Promise<void> {
		const rows = await listHostRows(o.db);
		const known = new Set(rows.map((row) => row.id));
		for (const [id, entry] of entries) if (!known.has(id)) await forget(id, entry);
		for (const row of rows) await apply(row);
	}

	async function apply(row: HostRow): Promise<void> {
		const before = entries.get(row.id);
		try {
			const connection = await connectionOf(row, o);
			const fingerprint = JSON.stringify(connection);
			if (isClosed || before?.fingerprint === fingerprint) return;
			if (before) await forget(row.id, before);
			entries.set(row.id, { fingerprint, links: o.openLinks(connection) });
		} catch (error) {
			o.log.error(
				{ err: error, host: row.id },
				"a host cannot be reached from here; its row or our certificate is at fault",
			);
		}
	}

	async function forget(id: string, entry: Entry): Promise<void> {
		entries.delete(id);
		await entry.links.close();
	}

	/** One reading at a time; a change that comes meanwhile makes another. */
	function reread(): Promise<void> {
		if (isClosed) return reading;
		reading = reading.then(read).catch((error) => {
			o.log.warn({ err: error }, "the hosts could not be read; trying again");
			if (!isClosed)
				retry ??= setTimeout(() => {
					retry = null;
					void reread();
				}, retryMs);
		});
		return reading;
	}

	const stops = [o.changes.onHosts(() => void reread()), o.changes.onGap(() => void reread())];
	await reread();
	return {
		linksOf(hostId) {
			const entry = entries.get(hostId);
			if (entry) return entry.links;
			throw new AppError({
				code: "unavailable",
				message:
					"The devbox's host is not reachable from here right now. Try again, or ask an admin to look at the hosts.",
				retryAfterSeconds: 2,
			});
		},
		dropLinks(instance) {
			for (const { links } of entries.values()) links.drop(instance);
		},
		async close() {
			isClosed = true;
			for (const stop of stops) stop();
			if (retry) clearTimeout(retry);
			await reading;
			await Promise.all([...entries].map(([id, entry]) => forget(id, entry)));
		},
	};
}

async function connectionOf(row: HostRow, o: HostDirectoryOptions): Promise<HostConnection> {
	const { id, endpoint, project, profile, pool } = row;
	const connection = { id, engine: row.engine as EngineName, endpoint, installId: o.installId, project, profile, pool };
	if (!endpoint.startsWith("https:")) return connection;
	const [certificate, key] = await Promise.all(
		["client.crt", "client.key"].map((name) => readFile(path.join(o.dataDir, "engine", name), "utf8")),
	);
	if (!certificate || !key || !row.serverCertificate) throw new Error("an https endpoint needs both certificates");
	return { ...connection, tls: { certificate, key, serverCertificate: row.serverCertificate } };
}
