/**
 * ComputeSDK's method: from the order of a machine to the end of its first command, 20 one after the other and then 10 at once,
 * beside the raw engine's copy, start and exec of the same sealed instance (what `lxc launch` and `lxc exec` do).
 */
import { type FigureTable, summarise } from "./figures.ts";
import type { Product } from "./product.ts";

const sequential = 20;
const burst = 10;
const readyTimeoutMs = 120_000;
const command = ["echo", "benchmark"];

type Launch = (n: number) => Promise<number>;
type Outcome = { samples: number[]; failures: string[] };

export async function benchTti(product: Product, table: FigureTable): Promise<void> {
	const image = (await product.api.listImages()).data[0];
	if (!image) throw new Error("The product has no image.");
	const restoreQuota = await raiseQuota(product);
	const run = Date.now() % 100_000;
	const ours: Launch = (n) => launch(product, `bench-tti-${run}-${n}`);
	const raw: Launch = (n) => launchRaw(product, { image: image.ref, n });
	try {
		const one = { ours: emptyOutcome(), raw: emptyOutcome() };
		// In turns, and one more of each at first, which fills caches and does not count.
		for (let n = -1; n < sequential; n++) {
			await into(n < 0 ? emptyOutcome() : one.ours, () => ours(n + 1));
			await into(n < 0 ? emptyOutcome() : one.raw, () => raw(n + 1));
		}
		addOutcome(table, `${sequential} in sequence`, one);
		addOutcome(table, `${burst} at once`, { ours: await atOnce(ours), raw: await atOnce(raw) });
	} finally {
		await restoreQuota();
	}
}

async function atOnce(one: Launch): Promise<Outcome> {
	const outcome = emptyOutcome();
	await Promise.all(Array.from({ length: burst }, (_, n) => into(outcome, () => one(100 + n))));
	return outcome;
}

const emptyOutcome = (): Outcome => ({ samples: [], failures: [] });

/** A failure is a figure as well. */
async function into(outcome: Outcome, one: () => Promise<number>): Promise<void> {
	try {
		outcome.samples.push(await one());
	} catch (error) {
		outcome.failures.push(String(error));
		process.stderr.write(`A launch failed: ${error}\n`);
	}
}

/** Milliseconds from the order to the end of the first command. The box is gone when this resolves. */
async function launch(product: Product, name: string): Promise<number> {
	const from = performance.now();
	await using box = await product.compute.box.create({ name, timeoutMs: readyTimeoutMs });
	const { exitCode, stdout } = await box.exec(command);
	const ms = performance.now() - from;
	if (exitCode !== 0 || stdout !== "benchmark\n")
		throw new Error(`echo answered ${exitCode} ${JSON.stringify(stdout)}`);
	return ms;
}

async function launchRaw({ engine, installId }: Product, o: { image: string; n: number }): Promise<number> {
	const name = `bench-tti-${o.n}`;
	const from = performance.now();
	try {
		await engine.create({
			name,
			labels: { installId, devboxId: `dbx_bench${o.n}` },
			source: { kind: "image", image: o.image },
			limits: { vcpus: 2, memoryMib: 2048, diskGib: 20 },
		});
		await engine.start({ name });
		const exec = await engine.exec({ name, command });
		exec.stdio.resume();
		exec.stderr.resume();
		const { code } = await exec.exit;
		if (code !== 0) throw new Error(`echo exited with ${code} by the engine`);
		return performance.now() - from;
	} finally {
		await engine.destroy({ name });
	}
}

/** A destroyed box counts until the next create is asked for: a burst needs room. The answer puts the quota back. */
async function raiseQuota(product: Product): Promise<() => Promise<void>> {
	const me = await product.api.getProfile();
	const mine = (await product.api.listMembers()).data.find(({ user }) => user.id === me.user.id);
	const user_id = me.user.id;
	await product.api.updateMember({ user_id, devbox_quota: me.devbox_count + sequential + burst });
	return async () => {
		await product.api.updateMember({ user_id, devbox_quota: mine?.has_own_quota ? mine.devbox_quota : null });
	};
}

function addOutcome(table: FigureTable, how: string, { ours, raw }: { ours: Outcome; raw: Outcome }): void {
	const [one, other] = [summarise(ours.samples), summarise(raw.samples)];
	for (const [words, pick] of [
		["median", "p50"],
		["p95", "p95"],
		["p99", "p99"],
	] as const)
		table.add({
			name: `create to first command done, ${how}, ${words}`,
			value: one[pick],
			unit: "ms",
			beside: { name: "engine's create + start + exec", value: other[pick] },
		});
	const beside = { name: "engine's create + start + exec", value: raw.failures.length };
	const name = `create to first command done, ${how}, failed`;
	table.add({ name, value: ours.failures.length, unit: "launches", beside });
}
