import pg from "pg";

export type NotificationHandler = (channel: string, payload: string) => void;
export type Listener = { close(): Promise<void> };

const retryMinMs = 100;
const retryMaxMs = 3_000;
const healthCheckMs = 15_000;
/** A busy database is no lost one: what listens hears nothing while it connects again. */
const answerMs = 15_000;

/** LISTENs on a connection of its own; after a loss it connects again, with growing pauses, until closed. */
export async function openListener(o: {
	connection: pg.ClientConfig;
	channels: readonly string[];
	onNotify: NotificationHandler;
	onReconnect?: () => void;
}): Promise<Listener> {
	let client: pg.Client | null = null;
	let isClosed = false;
	let retryTimer: NodeJS.Timeout | null = null;
	let retryMs = retryMinMs;

	async function connect(): Promise<void> {
		const next = new pg.Client({ ...o.connection, query_timeout: answerMs });
		next.on("notification", (message) => o.onNotify(message.channel, message.payload ?? ""));
		next.on("error", () => lost(next));
		next.on("end", () => lost(next));
		try {
			await next.connect();
			for (const channel of o.channels) await next.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
		} catch (error) {
			await next.end().catch(() => undefined);
			throw error;
		}
		if (isClosed) await next.end();
		else client = next;
		retryMs = retryMinMs;
	}

	function lost(which: pg.Client): void {
		if (client !== which || isClosed) return;
		client = null;
		// Destroys the socket: whoever does not answer takes no goodbye either.
		void which.end();
		scheduleReconnect();
	}

	function scheduleReconnect(): void {
		if (isClosed || retryTimer) return;
		retryTimer = setTimeout(async () => {
			retryTimer = null;
			try {
				await connect();
				o.onReconnect?.();
			} catch {
				// Still away: the pause grows, and the next try follows.
				retryMs = Math.min(retryMaxMs, retryMs * 2);
				scheduleReconnect();
			}
		}, retryMs);
	}

	// A half-open connection says nothing by itself, and neither answers nor fails: ask now and then, and do not wait for long.
	const health = setInterval(() => {
		const asked = client;
		asked?.query("SELECT 1").catch(() => lost(asked));
	}, healthCheckMs);
	health.unref();

	try {
		await connect();
	} catch (error) {
		clearInterval(health);
		throw error;
	}
	return {
		async close() {
			isClosed = true;
			clearInterval(health);
			if (retryTimer) clearTimeout(retryTimer);
			const current = client;
			client = null;
			await current?.end().catch(() => undefined);
		},
	};
}
