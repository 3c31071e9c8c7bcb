/** Collects figures of one run: a value with its unit, and what it is compared with. Nothing here judges. */

export type Figure = {
	name: string;
	value: number;
	unit: string;
	/** What a user would otherwise pick, measured in the same run. */
	beside?: { name: string; value: number };
	/** value / beside.value; none beside a zero. */
	ratio?: number;
	goal?: string;
};

export type Samples = { p50: number; p95: number; p99: number; min: number; max: number; count: number };

/** Nearest-rank percentiles of at least one sample. */
export function summarise(samples: readonly number[]): Samples {
	const sorted = [...samples].sort((a, b) => a - b);
	const at = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
	return { p50: at(0.5), p95: at(0.95), p99: at(0.99), min: at(0), max: at(1), count: sorted.length };
}

export class FigureTable {
	readonly figures: Figure[] = [];

	add(figure: Figure): void {
		const ratio = figure.beside?.value ? figure.value / figure.beside.value : undefined;
		const complete = { ...figure, ratio };
		this.figures.push(complete);
		process.stderr.write(`${row(complete).join("  ")}\n`);
	}

	toMarkdown(): string {
		const lines = this.figures.map((figure) => `| ${row(figure).join(" | ")} |`);
		return ["| figure | value | beside | ratio | goal |", "|---|---|---|---|---|", ...lines].join("\n");
	}
}

function row(figure: Figure): string[] {
	const beside = figure.beside ? `${figure.beside.name}: ${short(figure.beside.value)} ${figure.unit}` : "";
	return [
		figure.name,
		`${short(figure.value)} ${figure.unit}`,
		beside,
		figure.ratio === undefined ? "" : `${short(figure.ratio)}x`,
		figure.goal ?? "",
	];
}

function short(value: number): string {
	if (value > 0 && value < 0.1) return value.toFixed(3);
	return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export async function timeMs<T>(call: () => Promise<T>): Promise<{ ms: number; result: T }> {
	const from = performance.now();
	const result = await call();
	return { ms: performance.now() - from, result };
}
