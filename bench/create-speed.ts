/** Create to ready, and to the first prompt, beside the raw engine's copy and start of the same sealed instance. */
import { type FigureTable, summarise, timeMs } from "./figures.ts";
import { type Product, waitForState } from "./product.ts";
import { openTerminal } from "./terminal-client.ts";

const rounds = 10;

export async function benchCreate(product: Product, table: FigureTable): Promise<void> {
	const image = (await product.api.listImages()).data[0];
	if (!image) throw new Error("The product has no image.");
	const ours: number[] = [];
	const raw: number[] = [];
	const prompts: number[] = [];
	for (let round = -1; round < rounds; round++) {
		const one = await createOnce(product, round);
		const other = await rawOnce(product, image.ref, round);
		if (round < 0) continue;
		ours.push(one.readyMs);
		prompts.push(one.promptMs);
		raw.push(other);
	}
	table.add({
		name: "create to ready, p50",
		value: summarise(ours).p50,
		unit: "ms",
		beside: { name: "raw copy + start", value: summarise(raw).p50 },
		goal: "<= 1.25x",
	});
	table.add({ name: "create to ready, slowest", value: summarise(ours).max, unit: "ms" });
	table.add({ name: "create to first shell prompt, p50", value: summarise(prompts).p50, unit: "ms" });
}

async function createOnce(product: Product, round: number): Promise<{ readyMs: number; promptMs: number }> {
	const from = performance.now();
	const box = await product.api.createDevbox({ name: `bench-${round + 1}-${Date.now() % 100_000}` });
	try {
		await waitForState(product, box.id, "ready");
		const readyMs = performance.now() - from;
		const terminal = await openTerminal(product, box.id, "main");
		await terminal.waitFor(/[$#] /, 15_000);
		const promptMs = performance.now() - from;
		terminal.close();
		return { readyMs, promptMs };
	} finally {
		await product.api.deleteDevbox({ id: box.id });
	}
}

async function rawOnce(product: Product, image: string, round: number): Promise<number> {
	const name = `bench-raw-${round + 1}`;
	const { engine } = product;
	try {
		const { ms } = await timeMs(async () => {
			await engine.create({
				name,
				labels: { installId: product.installId, devboxId: `dbx_bench${round + 1}` },
				source: { kind: "image", image },
				limits: { vcpus: 2, memoryMib: 2048, diskGib: 20 },
			});
			await engine.start({ name });
		});
		return ms;
	} finally {
		await engine.destroy({ name });
	}
}
