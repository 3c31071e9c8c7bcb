/** Says in the database that this gateway lives, so that what it holds is not taken for lost, and is when it dies. */
import type { Database } from "../../lib/db/database.ts";
import { forgetGateway, registerGateway, touchGateway } from "../../lib/db/gateways.ts";
import type { Log } from "../../lib/log/log.ts";

export type GatewayPulse = { close(): Promise<void> };

const pulseMs = 10_000;

/** `address`: host name and port, which one process at a time can have. Does not wait for a database that is away. */
export function startGatewayPulse(o: { db: Database; id: string; address: string; log: Log }): GatewayPulse {
	const { db, id, address, log } = o;
	const beat = (call: () => Promise<void>) =>
		call().catch((error: unknown) => log.warn({ err: error }, "this gateway could not say that it lives"));
	let last = beat(() => registerGateway(db, { id, address }));
	const timer = setInterval(() => {
		last = beat(() => touchGateway(db, { id, address }));
	}, pulseMs);
	timer.unref();
	return {
		async close() {
			clearInterval(timer);
			await last;
			await beat(() => forgetGateway(db, id));
		},
	};
}
