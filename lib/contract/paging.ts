/** How lists are read page by page: the same for all, and without `limit` all at once, as published clients expect. */
import { z } from "zod";

export const pageLimitMax = 1_000;

/** For a list's query. */
export const pageQuery = {
	limit: z.coerce.number().int().min(1).max(pageLimitMax).optional().meta({
		description: "At most so many; all of them when left out",
	}),
	cursor: z.string().max(200).optional().meta({ description: "The `next_cursor` of the page before" }),
};

/** `next_cursor` is null on the last page. */
export function pageOf<Item extends z.ZodType>(item: Item) {
	return z.object({ data: z.array(item), next_cursor: z.string().nullable() });
}
