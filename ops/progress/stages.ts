/** One line per stage with the time it took, on a terminal and in a log alike; a bar for the one that takes minutes. */

export type StageReport = {
	/** What happens now, in a few words: shown while the stage runs, on a terminal. */
	phrase(text: string): void;
	/** 0..1: draws a bar. */
	fraction(done: number, phrase: string): void;
	/** What the finished line says beside the time. */
	note(text: string): void;
	/** A line of its own that the user should read. */
	warn(text: string): void;
};

export type Stages = {
	/** Runs one stage; its error is printed on the stage's line by the caller's handler and thrown on. */
	run<T>(title: string, work: (report: StageReport) => Promise<T>): Promise<T>;
	/** What each finished stage took, milliseconds. */
	readonly times: readonly { title: string; ms: number }[];
};

export type StageOutput = { write(text: string): unknown; isTTY?: boolean; columns?: number };

const barWidth = 24;
/** Without a terminal the bar is lines: so many until it is full. */
const logSteps = 10;

/** `counted` is `<done>/<total>` as the bootstrap hands it on: stages that ran before, and how many there are in all. */
export function openStages(o: { output: StageOutput; counted?: string | undefined; now?: () => number }): Stages {
	const [doneBefore = 0, total = 0] = (o.counted ?? "0/0").split("/").map(Number);
	const now = o.now ?? (() => performance.now());
	const times: { title: string; ms: number }[] = [];
	return {
		times,
		async run(title, work) {
			const number = doneBefore + times.length + 1;
			const label = total ? `[${String(number).padStart(String(total).length)}/${total}] ${title} … ` : `${title} … `;
			const line = openLine(o.output, label);
			const started = now();
			try {
				const result = await work(line.report);
				times.push({ title, ms: now() - started });
				line.end(`${((now() - started) / 1000).toFixed(1)} s`);
				return result;
			} catch (error) {
				line.end(`failed after ${((now() - started) / 1000).toFixed(1)} s`);
				throw error;
			}
		},
	};
}

function openLine(output: StageOutput, label: string): { report: StageReport; end(text: string): void } {
	const notes: string[] = [];
	const warnings: string[] = [];
	const redraws = output.isTTY === true;
	const columns = output.columns ?? 100;
	let logged = 0;
	let isBroken = false;
	output.write(label);
	const redraw = (text: string) => {
		if (redraws) output.write(`\r\x1b[2K${`${label}${text}`.slice(0, columns - 1)}`);
	};
	const report: StageReport = {
		phrase: redraw,
		fraction(done, phrase) {
			const filled = Math.round(done * barWidth);
			redraw(`[${"█".repeat(filled)}${"·".repeat(barWidth - filled)}] ${Math.round(done * 100)} % ${phrase}`);
			const step = Math.floor(done * logSteps);
			// What was done at once needs no bar.
			if (redraws || step <= logged || (done >= 1 && !isBroken)) return;
			logged = step;
			output.write(`${isBroken ? "" : "\n"}        ${String(Math.round(done * 100)).padStart(3)} % ${phrase}\n`);
			isBroken = true;
		},
		note: (text) => notes.push(text),
		warn: (text) => warnings.push(text),
	};
	return {
		report,
		end(text) {
			redraw("");
			const beside = notes.length ? `${notes.join(", ")}, ` : "";
			output.write(`${isBroken ? label : ""}${beside}${text}\n`);
			for (const warning of warnings) output.write(`        note: ${warning}\n`);
		},
	};
}
