/** Keystroke to echo in the terminal, quiet and while it prints, beside the same over plain `ssh` into the same box. */
import { createBenchBox } from "./bench-box.ts";
import { type FigureTable, type Samples, summarise } from "./figures.ts";
import { type Line, openPlainSsh, openSshLine } from "./plain-ssh.ts";
import type { Product } from "./product.ts";
import { openTerminal } from "./terminal-client.ts";

const keys = 200;
const keyPauseMs = 10;
const echoTimeoutMs = 5_000;

export async function benchEcho(product: Product, table: FigureTable): Promise<void> {
	await using box = await createBenchBox(product, "echo");
	const ssh = await openPlainSsh(product, box.id);
	try {
		const plain = () => openSshLine(ssh.flags, ssh.target);
		const ours = async (name: string) => {
			const terminal = await openTerminal(product, box.id, name);
			await terminal.waitFor(/[$#] /, 15_000);
			return terminal;
		};
		const quiet = { ours: await measure(() => ours("main"), null), plain: await measure(plain, null) };
		addPair(table, "keystroke echo", quiet);
		// The flood runs in a terminal of its own: in one and the same, tmux draws only some screens of it, and what scrolled by
		// between two of them is on none.
		const busy = {
			ours: await measure(
				() => ours("main"),
				() => ours("flood"),
			),
			plain: await measure(plain, plain),
		};
		addPair(table, "keystroke echo while another terminal prints", busy);
	} finally {
		ssh.remove();
	}
}

type Pair = { ours: Samples; plain: Samples };

function addPair(table: FigureTable, name: string, { ours, plain }: Pair): void {
	const beside = "plain ssh";
	const unit = "ms";
	table.add({
		name: `${name}, p50`,
		value: ours.p50,
		unit,
		beside: { name: beside, value: plain.p50 },
		goal: "<= 2 ms",
	});
	table.add({
		name: `${name}, p99`,
		value: ours.p99,
		unit,
		beside: { name: beside, value: plain.p99 },
		goal: "<= 20 ms",
	});
}

async function measure(open: () => Promise<Line>, openFlood: (() => Promise<Line>) | null) {
	const flood = await openFlood?.();
	flood?.write("\x15while :; do seq 1 50000; done\n");
	const line = await open();
	const samples = await echoes(line, keys);
	flood?.write("\x03");
	flood?.close();
	line.close();
	return summarise(samples);
}

const marks = "~^_{}|";

/** One mark at a time; each waits for its own echo. */
async function echoes(line: Line, count: number): Promise<number[]> {
	const samples: number[] = [];
	for (let i = 0; i < count; i++) {
		const mark = marks[i % marks.length] ?? "~";
		samples.push(await echo(line, mark));
		await new Promise((resolve) => setTimeout(resolve, keyPauseMs));
	}
	line.write("\x15");
	return samples;
}

function echo(line: Line, mark: string): Promise<number> {
	return new Promise((resolve, reject) => {
		const from = performance.now();
		const timer = setTimeout(() => {
			stop();
			reject(new Error(`The key ${mark} had no echo within ${echoTimeoutMs} ms`));
		}, echoTimeoutMs);
		const stop = line.onOutput((text) => {
			if (!text.includes(mark)) return;
			clearTimeout(timer);
			stop();
			resolve(performance.now() - from);
		});
		line.write(mark);
	});
}
