import { describe, expect, it } from "vitest";
import { AppError } from "../domain/errors.ts";
import { type Place, readCursor, takePage, writeCursor } from "./page.ts";

const at = (seconds: number, id: string): Place => ({ createdAt: new Date(seconds * 1000), id });
const newest = { order: "newest", placeOf: (row: Place) => row } as const;
const oldest = { order: "oldest", placeOf: (row: Place) => row } as const;
const ids = (rows: Place[]) => rows.map(({ id }) => id);

describe("a page of a list", () => {
	it("is all of it without a limit, in the list's order", () => {
		const rows = [at(2, "b"), at(1, "a"), at(2, "c")];
		expect(takePage(rows, {}, newest)).toEqual({ rows: [at(2, "c"), at(2, "b"), at(1, "a")], nextCursor: null });
		expect(ids(takePage(rows, {}, oldest).rows)).toEqual(["a", "b", "c"]);
	});

	it("leaves nothing out and repeats nothing, whatever is removed or added between two pages", () => {
		const rows = [at(4, "d"), at(3, "c"), at(3, "b"), at(1, "a")];
		const first = takePage(rows, { limit: 2 }, newest);
		expect(ids(first.rows)).toEqual(["d", "c"]);
		const changed = [at(9, "z"), at(4, "d"), at(3, "b"), at(1, "a")];
		const second = takePage(changed, { limit: 2, cursor: first.nextCursor ?? "" }, newest);
		expect([ids(second.rows), second.nextCursor]).toEqual([["b", "a"], null]);
	});

	it("refuses a cursor that no list has given out", () => {
		expect(readCursor(writeCursor(at(5, "exe_0")))).toEqual(at(5, "exe_0"));
		for (const cursor of ["", "x", ".a", "zz.A b", "zzzzzzzzzz.a"]) expect(() => readCursor(cursor)).toThrow(AppError);
	});
});
