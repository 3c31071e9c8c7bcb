import { describe, expect, it } from "vitest";
import { gatherReads } from "./gathered-reads.ts";

type Row = { id: string; version: number };

/** Reads that answer when told to. */
function openReads() {
	const asked: { ids: string[]; answer: (rows: Row[]) => void; fail: (error: Error) => void }[] = [];
	let idle = 0;
	const reads = gatherReads<Row>({
		readAll: (ids) => new Promise((answer, fail) => asked.push({ ids, answer, fail })),
		onIdle: () => {
			idle += 1;
		},
	});
	return { asked, reads, idle: () => idle };
}

const row = (id: string, version = 1): Row => ({ id, version });

describe("gathered reads", () => {
	it("ask at once for the first ones, and for all that came meanwhile together", async () => {
		const { asked, reads, idle } = openReads();
		const [a, b] = [reads.read("a"), reads.read("b")];
		const later = ["c", "d", "c", "none"].map((id) => reads.read(id));
		expect(asked.map(({ ids }) => ids)).toEqual([["a"], ["b"]]);
		asked[0]?.answer([row("a")]);
		expect(await a).toEqual(row("a"));
		expect(asked[2]?.ids).toEqual(["c", "d", "none"]);
		asked[2]?.answer([row("d"), row("c")]);
		expect(await Promise.all(later)).toEqual([row("c"), row("d"), row("c"), null]);
		expect(idle()).toBe(0);
		asked[1]?.answer([row("b")]);
		expect(await b).toEqual(row("b"));
		expect(idle()).toBe(1);
	});

	it("never answer with what was read before they were asked for", async () => {
		const { asked, reads } = openReads();
		const first = reads.read("a");
		const second = reads.read("a");
		const third = reads.read("a");
		asked[0]?.answer([row("a", 1)]);
		await first;
		asked[2]?.answer([row("a", 3)]);
		expect(await third).toEqual(row("a", 3));
		asked[1]?.answer([row("a", 2)]);
		expect(await second).toEqual(row("a", 2));
	});

	it("fail together, and go on with the next", async () => {
		const { asked, reads } = openReads();
		const refused = Promise.allSettled([reads.read("a"), reads.read("b")]);
		const next = reads.read("c");
		asked[0]?.fail(new Error("away"));
		asked[1]?.fail(new Error("away"));
		expect((await refused).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
		asked[2]?.answer([row("c")]);
		expect(await next).toEqual(row("c"));
	});
});
