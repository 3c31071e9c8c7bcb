/** Things to compare take turns, round by round, so that whatever else the machine does at the time meets all of them. */
import { type Samples, summarise, timeMs } from "./figures.ts";

export type Contender = { call: () => Promise<unknown>; perRound: number };

/** Milliseconds of each call. A round more than `rounds` comes first, to warm up, and does not count. */
export async function timeInTurns<K extends string>(
	contenders: Record<K, Contender>,
	rounds: number,
): Promise<Record<K, Samples>> {
	const values = await inTurns(contenders, rounds, async (contender) => {
		const samples: number[] = [];
		for (let i = 0; i < contender.perRound; i++) samples.push((await timeMs(contender.call)).ms);
		return samples;
	});
	return mapValues(values, (samples) => summarise(samples.flat()));
}

export type Burst = {
	/** From the first one's start to the last one's end, ms, by round. */
	total: Samples;
	/** Of each, from the common start. */
	each: Samples;
};

/** Milliseconds of `perRound` calls at once. */
export async function timeBursts<K extends string>(
	contenders: Record<K, Contender>,
	rounds: number,
): Promise<Record<K, Burst>> {
	const values = await inTurns(contenders, rounds, ({ call, perRound }) => {
		const from = performance.now();
		return Promise.all(
			Array.from({ length: perRound }, async () => {
				await call();
				return performance.now() - from;
			}),
		);
	});
	return mapValues(values, (bursts) => ({
		total: summarise(bursts.map((burst) => Math.max(...burst))),
		each: summarise(bursts.flat()),
	}));
}

export async function inTurns<K extends string, C, V>(
	contenders: Record<K, C>,
	rounds: number,
	measure: (contender: C) => Promise<V>,
): Promise<Record<K, V[]>> {
	const names = Object.keys(contenders) as K[];
	const values = Object.fromEntries(names.map((name) => [name, [] as V[]])) as Record<K, V[]>;
	for (let round = -1; round < rounds; round++)
		for (const name of names) {
			const value = await measure(contenders[name]);
			if (round >= 0) values[name].push(value);
		}
	return values;
}

function mapValues<K extends string, V, W>(record: Record<K, V>, change: (value: V) => W): Record<K, W> {
	const entries = Object.entries<V>(record).map(([name, value]) => [name, change(value)]);
	return Object.fromEntries(entries) as Record<K, W>;
}
