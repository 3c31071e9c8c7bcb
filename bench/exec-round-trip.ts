/** `true`, from order to exit code: over the API by the SDK, by the engine's own exec, and by a fresh `ssh` straight into the box. */
import { instanceName } from "../lib/domain/ids.ts";
import { createBenchBox } from "./bench-box.ts";
import type { FigureTable } from "./figures.ts";
import { timeBursts, timeInTurns } from "./in-turns.ts";
import { openPlainSsh, runProgram } from "./plain-ssh.ts";
import type { Product } from "./product.ts";

const rounds = 10;
const burstRounds = 4;
const burst = 32;

export async function benchExec(product: Product, table: FigureTable): Promise<void> {
	await using box = await createBenchBox(product, "exec");
	const ssh = await openPlainSsh(product, box.id);
	const ours = async () => {
		const { exitCode } = await box.exec(["true"]);
		if (exitCode !== 0) throw new Error(`true exited with ${exitCode}`);
	};
	const engine = () => runByEngine(product, box.id);
	const fresh = () => runProgram("ssh", [...ssh.flags, ssh.target, "true"]);
	try {
		const single = await timeInTurns(
			{
				ours: { call: ours, perRound: 25 },
				engine: { call: engine, perRound: 25 },
				fresh: { call: fresh, perRound: 4 },
			},
			rounds,
		);
		const unit = "ms";
		const { p50, p99 } = single.ours;
		const byEngine = { name: "engine's own exec", value: single.engine.p50 };
		const byEngineP99 = { name: "engine's own exec", value: single.engine.p99 };
		const bySsh = { name: "fresh ssh", value: single.fresh.p50 };
		table.add({ name: "exec `true`, p50", value: p50, unit, beside: byEngine, goal: "<= 8 ms, < 1x" });
		table.add({ name: "exec `true`, p99", value: p99, unit, beside: byEngineP99 });
		table.add({ name: "exec `true`, p50", value: p50, unit, beside: bySsh, goal: "<= 0.067x (1/15)" });
		const at = { perRound: burst };
		const contenders = { ours: { call: ours, ...at }, engine: { call: engine, ...at }, fresh: { call: fresh, ...at } };
		const bursts = await timeBursts(contenders, burstRounds);
		const addBurst = (words: string, pick: (of: (typeof bursts)["ours"]) => number) => {
			const name = `${burst} execs at once, ${words}`;
			const value = pick(bursts.ours);
			table.add({ name, value, unit, beside: { name: "engine's own exec", value: pick(bursts.engine) } });
			table.add({ name, value, unit, beside: { name: "fresh ssh", value: pick(bursts.fresh) } });
		};
		addBurst("all done, p50", ({ total }) => total.p50);
		addBurst("one of them, p99", ({ each }) => each.p99);
	} finally {
		ssh.remove();
	}
}

async function runByEngine({ engine }: Product, devboxId: string): Promise<void> {
	const exec = await engine.exec({ name: instanceName(devboxId), command: ["true"] });
	exec.stdio.resume();
	exec.stderr.resume();
	const { code } = await exec.exit;
	if (code !== 0) throw new Error(`true exited with ${code} by the engine`);
}
