/** What secrets cost a create: the request, and the step that brings a devbox its environment, beside the same values given as they are. */
import { randomBytes } from "node:crypto";
import { type FigureTable, summarise, timeMs } from "./figures.ts";
import { inTurns } from "./in-turns.ts";
import { type Product, waitForState } from "./product.ts";

const secrets = 4;
const rounds = 12;
const goal = "<= 2 ms more";

type Made = { requestMs: number; bringMs: number };

export async function benchSecrets(product: Product, table: FigureTable): Promise<void> {
	const { api } = product;
	const run = randomBytes(3).toString("hex");
	const values = Array.from({ length: secrets }, (_, n) => ({
		name: `BENCH_${n}`,
		value: randomBytes(32).toString("hex"),
	}));
	const kept = await Promise.all(
		values.map(({ name, value }) => api.createSecret({ name: `bench-${run}-${name}`, value })),
	);
	try {
		const made = await inTurns(
			{
				secrets: { env: kept.map(({ id }, n) => ({ name: `BENCH_${n}`, from_secret_id: id })) },
				values: { env: values },
			},
			rounds,
			(asked) => createOnce(product, asked),
		);
		for (const [what, of] of [
			["create request", "requestMs"],
			["environment brought into the devbox", "bringMs"],
		] as const)
			table.add({
				name: `${what}, with ${secrets} secrets, p50 of ${rounds}`,
				value: summarise(made.secrets.map((one) => one[of])).p50,
				unit: "ms",
				beside: { name: `${secrets} literal values`, value: summarise(made.values.map((one) => one[of])).p50 },
				goal,
			});
	} finally {
		for (const { id } of kept) await api.deleteSecret({ id });
	}
}

async function createOnce(
	product: Product,
	asked: Pick<Parameters<Product["api"]["createDevbox"]>[0], "env">,
): Promise<Made> {
	const { api } = product;
	const { ms: requestMs, result: box } = await timeMs(() =>
		api.createDevbox({ name: `bench-secrets-${Date.now() % 1_000_000}`, ...asked }),
	);
	try {
		await waitForState(product, box.id, "ready");
		const { data } = await api.listOperations({ id: box.id });
		const step = data.find(({ step }) => step === "inject_credentials");
		if (!step?.started_at || !step.finished_at) throw new Error("The environment was not brought.");
		return { requestMs, bringMs: Date.parse(step.finished_at) - Date.parse(step.started_at) };
	} finally {
		await api.deleteDevbox({ id: box.id });
		// What is left of it would be work beside the next one's request.
		await waitForState(product, box.id, "destroyed");
	}
}
