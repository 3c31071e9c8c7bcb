/**
 * Reads of single rows, gathered: what is asked for while others are under way goes to PostgreSQL as one statement when one of them
 * is back. A read still begins after it was asked for, so nobody sees anything older; who asks alone waits for nobody.
 */

export type GatheredReads<V> = { read(id: string): Promise<V | null> };

/** Two, so that one is on its way while the other is taken apart. */
const underwayMax = 2;
/** Rows of one statement: a long one would hold up all who are in it. */
const idsMax = 64;

type Waiting<V> = { id: string; resolve: (value: V | null) => void; reject: (error: unknown) => void };

/** `readAll` answers in any order, and without those that are not there. `onIdle`: nothing is asked for any more. */
export function gatherReads<V extends { id: string }>(o: {
	readAll: (ids: string[]) => Promise<V[]>;
	onIdle: () => void;
}): GatheredReads<V> {
	let waiting: Waiting<V>[] = [];
	let underway = 0;

	async function readSome(): Promise<void> {
		const some = waiting.slice(0, idsMax);
		waiting = waiting.slice(idsMax);
		underway += 1;
		try {
			const rows = await o.readAll([...new Set(some.map(({ id }) => id))]);
			const byId = new Map(rows.map((row) => [row.id, row]));
			for (const { id, resolve } of some) resolve(byId.get(id) ?? null);
		} catch (error) {
			for (const { reject } of some) reject(error);
		}
		underway -= 1;
		if (waiting.length > 0) void readSome();
		else if (underway === 0) o.onIdle();
	}

	return {
		read(id) {
			return new Promise((resolve, reject) => {
				waiting.push({ id, resolve, reject });
				if (underway < underwayMax) void readSome();
			});
		},
	};
}
