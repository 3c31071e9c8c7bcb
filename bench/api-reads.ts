/** `GET /devboxes/{id}` with a token, beside one bare Hono route that answers the same JSON from a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createBenchBox } from "./bench-box.ts";
import type { FigureTable } from "./figures.ts";
import { measureRates } from "./http-load.ts";
import type { Product } from "./product.ts";

const connections = 32;
const load = { rounds: 5, requests: 3_000, connections };
const startTimeoutMs = 15_000;

export async function benchApi(product: Product, table: FigureTable): Promise<void> {
	await using box = await createBenchBox(product, "api");
	const { hostname, port } = new URL(product.url);
	const bare = await startBareHono(JSON.stringify((await box.refresh()).data));
	try {
		const at = { path: `/api/v1/devboxes/${box.id}`, headers: { authorization: `Bearer ${product.token}` } };
		const rates = await measureRates(
			{
				ours: { host: hostname, port: Number(port || 80), ...at },
				bare: { host: "127.0.0.1", port: bare.port, ...at },
			},
			load,
		);
		table.add({
			name: `GET of one devbox, ${connections} at once`,
			value: rates.ours.p50,
			unit: "requests/s",
			beside: { name: "bare Hono route", value: rates.bare.p50 },
			goal: ">= 0.33x",
		});
	} finally {
		bare.stop();
	}
}

async function startBareHono(json: string): Promise<{ port: number; stop(): void }> {
	const child = spawn(process.execPath, [path.join(import.meta.dirname, "bare-hono-process.ts")], {
		env: { ...process.env, BENCH_JSON: json },
		stdio: ["pipe", "pipe", "inherit"],
	});
	const [first] = await once(child.stdout, "data", { signal: AbortSignal.timeout(startTimeoutMs) });
	return { port: Number(String(first).trim()), stop: () => child.stdin.end() };
}
