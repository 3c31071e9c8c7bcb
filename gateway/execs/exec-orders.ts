/** Orders of other gateways for execs that this one may hold. */
import { z } from "zod";
import type { Database } from "../../lib/db/database.ts";
import { execOrderChannel } from "../../lib/db/execs.ts";
import type { Listener } from "../../lib/db/listener.ts";
import { type ExecOrder, execSignals } from "../../lib/domain/exec.ts";
import type { Log } from "../../lib/log/log.ts";

type OrdersOptions = { db: Database; onOrder: (id: string, order: ExecOrder) => void; log: Log };

const againMs = 2_000;

const orderShape = z.object({
	id: z.string(),
	order: z.discriminatedUnion("kind", [
		z.object({ kind: z.literal("cancel"), reason: z.string() }),
		z.object({ kind: z.literal("signal"), signal: z.enum(execSignals) }),
		z.object({ kind: z.literal("resize"), cols: z.number().int(), rows: z.number().int() }),
	]),
});

/** Does not wait for a database that is away; until it is back, nothing arrives. */
export function listenForExecOrders(o: OrdersOptions): Listener {
	const { db, log } = o;
	let listener: Listener | null = null;
	let retry: NodeJS.Timeout | null = null;
	let isClosed = false;

	function onNotify(payload: string): void {
		const parsed = orderShape.safeParse(parseJson(payload));
		if (parsed.success) o.onOrder(parsed.data.id, parsed.data.order);
		else log.error("an order for an exec cannot be read");
	}

	async function listen(): Promise<void> {
		try {
			const opened = await db.listen([execOrderChannel], (_channel, payload) => onNotify(payload));
			if (isClosed) await opened.close();
			else listener = opened;
		} catch (error) {
			log.warn({ err: error }, "orders for execs cannot be heard; trying again");
			if (!isClosed) retry = setTimeout(() => void listen(), againMs);
		}
	}

	const first = listen();
	return {
		async close() {
			isClosed = true;
			await first;
			if (retry) clearTimeout(retry);
			await listener?.close();
		},
	};
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		// Somebody else used our channel.
		return null;
	}
}
