/**
 * What a network policy costs a create, and how long a change of one takes until it holds in the devbox: its resolver then answers a
 * name that it did not answer before, which asks nobody outside. In turns with creates that have no policy.
 */
import { type FigureTable, summarise } from "./figures.ts";
import { inTurns } from "./in-turns.ts";
import { type Product, waitForState } from "./product.ts";

const creates = 8;
const changes = 10;
const changeTimeoutMs = 30_000;

export async function benchPolicy(product: Product, table: FigureTable): Promise<void> {
	const listed = { network_policy: { mode: "enforce" as const, egress_domains: ["listed.example"] } };
	const ms = await inTurns({ policy: listed, open: { network_policy: { mode: "open" as const } } }, creates, (asked) =>
		createToReady(product, asked),
	);
	table.add({
		name: `create to ready with a network policy, p50 of ${creates}`,
		value: summarise(ms.policy).p50,
		unit: "ms",
		beside: { name: "without", value: summarise(ms.open).p50 },
		goal: "<= 30 ms more",
	});
	const effects = await timeChanges(product, listed);
	table.add({
		name: `a changed network policy, until it holds, p50 of ${changes}`,
		value: summarise(effects).p50,
		unit: "ms",
		goal: "<= 2000 ms",
	});
	table.add({ name: "the same, slowest", value: summarise(effects).max, unit: "ms", goal: "<= 2000 ms" });
}

type Asked = Pick<Parameters<Product["api"]["createDevbox"]>[0], "network_policy">;

async function createToReady(product: Product, asked: Asked): Promise<number> {
	const { api } = product;
	const from = performance.now();
	const box = await api.createDevbox({ name: `bench-policy-${Date.now() % 1_000_000}`, ...asked });
	try {
		await waitForState(product, box.id, "ready");
		return performance.now() - from;
	} finally {
		await api.deleteDevbox({ id: box.id });
	}
}

async function timeChanges(product: Product, asked: Asked): Promise<number[]> {
	await using box = await product.compute.box.create({ name: `bench-policy-${Date.now() % 1_000_000}`, ...asked });
	const effects: number[] = [];
	for (let n = 0; n < changes; n++) {
		const name = `added-${n}.example`;
		// Asks all the time from inside, so that what is measured is not the way in.
		const seen = box.exec(["sh", "-c", `until getent hosts ${name} >/dev/null; do sleep 0.02; done`], {
			timeoutMs: changeTimeoutMs,
		});
		await new Promise((resolve) => setTimeout(resolve, 300));
		const from = performance.now();
		await product.api.changeDevboxNetwork({ id: box.id, mode: "enforce", egress_domains: ["listed.example", name] });
		const { exitCode } = await seen;
		if (exitCode !== 0) throw new Error(`${name} was not answered within ${changeTimeoutMs} ms.`);
		effects.push(performance.now() - from);
	}
	return effects;
}
