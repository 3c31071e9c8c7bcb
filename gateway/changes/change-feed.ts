/**
 * What the database says has changed, for this process: one LISTEN, any number of listeners. After a gap (the connection was
 * lost and came back) everybody is told to read again, since NOTIFY keeps nothing for who was away.
 */
import { z } from "zod";
import type { Database } from "../../lib/db/database.ts";
import type { Listener } from "../../lib/db/listener.ts";
import type { Log } from "../../lib/log/log.ts";
import { type ListenerSet, openListenerSet } from "./listener-set.ts";

/** `isShown`: it is, or was a moment ago, visible to its workspace. */
export type DevboxChange = { devboxId: string; workspaceId: string; ownerId: string; isShown: boolean };

/** Of a devbox; of a workspace when it names no devbox; of a host, and so everybody's, when it names neither. */
export type NetworkChange = { devboxId: string | null; workspaceId: string | null; ownerId: string | null };

export type ChangeFeed = {
	/** Each answers the function that ends the subscription. */
	onDevbox(listener: (change: DevboxChange) => void): () => void;
	onNetwork(listener: (change: NetworkChange) => void): () => void;
	onCredential(listener: (credentialId: string) => void): () => void;
	onHosts(listener: () => void): () => void;
	onGap(listener: () => void): () => void;
	close(): Promise<void>;
};

const channels = ["devbox_changed", "network_changed", "credential_changed", "hosts_changed"] as const;
const firstRetryMs = 500;

const devboxPayload = z
	.object({
		devbox_id: z.string(),
		workspace_id: z.string(),
		owner_id: z.string(),
		is_shown: z.boolean().default(false),
	})
	.transform((row) => ({
		devboxId: row.devbox_id,
		workspaceId: row.workspace_id,
		ownerId: row.owner_id,
		isShown: row.is_shown,
	}));

const networkPayload = z
	.object({
		devbox_id: z.string().nullable().default(null),
		workspace_id: z.string().nullable().default(null),
		owner_id: z.string().nullable().default(null),
	})
	.transform((row) => ({ devboxId: row.devbox_id, workspaceId: row.workspace_id, ownerId: row.owner_id }));

/** Does not wait for a database that is away: it is asked again until it answers, and the first answer counts as a gap. */
export async function openChangeFeed(o: { db: Pick<Database, "listen">; log: Log }): Promise<ChangeFeed> {
	const devboxes = openListenerSet<DevboxChange>(o.log);
	const networks = openListenerSet<NetworkChange>(o.log);
	const credentials = openListenerSet<string>(o.log);
	const hosts = openListenerSet<void>(o.log);
	const gaps = openListenerSet<void>(o.log);
	let listener: Listener | null = null;
	let retry: NodeJS.Timeout | null = null;
	let isClosed = false;

	function onNotify(channel: string, payload: string): void {
		if (channel === "credential_changed") credentials.emit(payload);
		else if (channel === "hosts_changed") hosts.emit();
		else if (channel === "devbox_changed") emitParsed(devboxes, { schema: devboxPayload, channel, payload });
		else if (channel === "network_changed") emitParsed(networks, { schema: networkPayload, channel, payload });
	}

	function emitParsed<T>(set: ListenerSet<T>, n: { schema: z.ZodType<T>; channel: string; payload: string }): void {
		const change = parsePayload(n.schema, n.payload);
		if (change) set.emit(change);
		else o.log.error({ channel: n.channel }, "a notification cannot be read");
	}

	async function listen(): Promise<void> {
		const opened = await o.db.listen(channels, onNotify, () => gaps.emit());
		if (isClosed) await opened.close();
		else listener = opened;
	}

	function listenLater(): void {
		retry = setTimeout(() => {
			listen().then(
				() => gaps.emit(),
				(error) => {
					o.log.warn({ err: error }, "the database does not answer; live changes wait for it");
					if (!isClosed) listenLater();
				},
			);
		}, firstRetryMs);
	}

	await listen().catch((error) => {
		o.log.warn({ err: error }, "the database does not answer; live changes wait for it");
		listenLater();
	});
	return {
		onDevbox: devboxes.add,
		onNetwork: networks.add,
		onCredential: credentials.add,
		onHosts: hosts.add,
		onGap: gaps.add,
		async close() {
			isClosed = true;
			if (retry) clearTimeout(retry);
			await listener?.close();
		},
	};
}

function parsePayload<T>(schema: z.ZodType<T>, payload: string): T | null {
	try {
		return schema.parse(JSON.parse(payload));
	} catch {
		// Somebody else used our channel: nothing of ours changed.
		return null;
	}
}
