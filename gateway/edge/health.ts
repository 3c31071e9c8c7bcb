import type { RequestListener } from "node:http";
import type { Database } from "../../lib/db/database.ts";
import type { Log } from "../../lib/log/log.ts";

type Health = { status: "ok" | "degraded"; database: boolean; web: boolean };

const partMs = 2_000;
/** Many who ask at once cost one look. */
const keptMs = 500;

/** `GET /healthz`: 200 when the database and the web process answer, else 503, and which of them does not. */
export function createHealth(o: {
	db: Pick<Database, "pool">;
	isWebReachable: (timeoutMs: number) => Promise<boolean>;
	log: Log;
}): RequestListener {
	let known: { at: number; health: Promise<Health> } | null = null;

	async function look(): Promise<Health> {
		const [database, web] = await Promise.all([isDatabaseUp(), o.isWebReachable(partMs)]);
		return { status: database && web ? "ok" : "degraded", database, web };
	}

	async function isDatabaseUp(): Promise<boolean> {
		let timer: NodeJS.Timeout | undefined;
		const deadline = new Promise<false>((resolve) => {
			timer = setTimeout(resolve, partMs, false);
		});
		const asked = o.db.pool.query("SELECT 1").then(
			() => true,
			(error: unknown) => {
				o.log.warn({ err: error }, "the database does not answer");
				return false;
			},
		);
		return Promise.race([asked, deadline]).finally(() => clearTimeout(timer));
	}

	return (_request, response) => {
		if (!known || Date.now() - known.at > keptMs) known = { at: Date.now(), health: look() };
		void known.health.then((health) => {
			response.writeHead(health.status === "ok" ? 200 : 503, {
				"Content-Type": "application/json",
				"Cache-Control": "no-store",
				"X-Content-Type-Options": "nosniff",
			});
			response.end(`${JSON.stringify(health)}\n`);
		});
	};
}
