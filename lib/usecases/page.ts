/**
 * Pages of a list. A cursor says after which place the next page begins, by the row's time and id and not by its number: what is
 * added or removed meanwhile moves nothing.
 */
import { AppError } from "../domain/errors.ts";

export type PageQuery = { limit?: number | undefined; cursor?: string | undefined };
export type Page<T> = { data: T[]; next_cursor: string | null };
/** `id` decides among rows of the same millisecond. */
export type Place = { createdAt: Date; id: string };

export function writeCursor({ createdAt, id }: Place): string {
	return `${createdAt.getTime().toString(36)}.${id}`;
}

/** Throws `invalid` for what no list has given out. */
export function readCursor(cursor: string): Place {
	const [time = "", id = ""] = cursor.split(".");
	const createdAt = new Date(/^[0-9a-z]{1,9}$/.test(time) ? Number.parseInt(time, 36) : Number.NaN);
	if (!Number.isNaN(createdAt.getTime()) && /^[0-9a-z_-]+$/.test(id)) return { createdAt, id };
	throw badCursor();
}

export function badCursor(
	msg = "Not a cursor of this list. Send the `next_cursor` of an earlier page, or none.",
): AppError {
	return new AppError({
		code: "invalid",
		message: msg,
		fields: [{ loc: ["query", "cursor"], msg, type: "value_error" }],
	});
}

/** For lists that are short enough to be read whole. `rows` in any order: by their places they come, oldest or newest first. */
export function takePage<Row>(
	rows: readonly Row[],
	{ limit, cursor }: PageQuery,
	o: { order: "oldest" | "newest"; placeOf: (row: Row) => Place },
): { rows: Row[]; nextCursor: string | null } {
	const sign = o.order === "oldest" ? 1 : -1;
	const compare = (a: Place, b: Place) =>
		sign * (a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : Number(a.id > b.id)));
	const after = cursor === undefined ? null : readCursor(cursor);
	const places = rows
		.map((row) => ({ row, place: o.placeOf(row) }))
		.filter(({ place }) => after === null || compare(place, after) > 0)
		.sort((a, b) => compare(a.place, b.place));
	const page = places.slice(0, limit);
	const last = page.length < places.length ? page.at(-1) : undefined;
	return { rows: page.map(({ row }) => row), nextCursor: last ? writeCursor(last.place) : null };
}
