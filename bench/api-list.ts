/** `GET /devboxes` with 1,000 boxes of one user: latency one by one, and requests per second with 16 at once. */
import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { newId } from "../lib/domain/ids.ts";
import { type FigureTable, summarise, timeMs } from "./figures.ts";
import type { Product } from "./product.ts";

const boxes = 1_000;
const requests = 100;
const concurrency = 16;

export async function benchList(product: Product, table: FigureTable): Promise<void> {
	const client = new pg.Client({ connectionString: databaseUrl(product) });
	await client.connect();
	const me = await product.api.getProfile();
	const image = (await product.api.listImages()).data[0];
	try {
		await client.query(
			`INSERT INTO devboxes (id, workspace_id, owner_id, name, image, image_ref, size, state, desired_state)
			 SELECT id, $2, $3, 'bench-row-' || n, 'builtin:base', $4, 's', 'stopped', 'stopped'
			 FROM unnest($1::text[]) WITH ORDINALITY AS t(id, n)`,
			[Array.from({ length: boxes }, () => newId("devbox")), me.workspace.id, me.user.id, image?.ref ?? ""],
		);
		await listOnce(product);
		const samples: number[] = [];
		for (let i = 0; i < requests; i++) samples.push((await timeMs(() => listOnce(product))).ms);
		const { p50, p99 } = summarise(samples);
		table.add({ name: "list of 1,000 devboxes, p50", value: p50, unit: "ms" });
		table.add({ name: "list of 1,000 devboxes, p99", value: p99, unit: "ms" });
		const { ms } = await timeMs(() => inParallel(requests, () => listOnce(product)));
		table.add({ name: "list of 1,000 devboxes, 16 at once", value: requests / (ms / 1000), unit: "requests/s" });
	} finally {
		await client.query("DELETE FROM devboxes WHERE name LIKE 'bench-row-%' AND owner_id = $1", [me.user.id]);
		await client.end();
	}
}

async function listOnce(product: Product): Promise<void> {
	const response = await product.request("/api/v1/devboxes");
	const rows = (await response.json()) as unknown[];
	if (rows.length < boxes) throw new Error(`The list has ${rows.length} rows of ${boxes}`);
}

async function inParallel(count: number, call: () => Promise<void>): Promise<void> {
	let left = count;
	await Promise.all(
		Array.from({ length: concurrency }, async () => {
			while (left-- > 0) await call();
		}),
	);
}

/** The embedded database as its owner, or the one that the product was told. */
function databaseUrl(product: Product): string {
	if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
	const read = (file: string) => JSON.parse(readFileSync(path.join(product.dataDir, file), "utf8"));
	const password = encodeURIComponent(read("keys/database-passwords.json").owner);
	return `postgres://devbox_owner:${password}@127.0.0.1:${read("install.json").databasePort}/devbox`;
}
