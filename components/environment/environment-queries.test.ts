import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import type { DevboxResponse } from "../../lib/contract/devboxes.ts";
import { storeEvents } from "../devboxes/devbox-cache.ts";
import { environmentKeys } from "./environment-queries.ts";

test("an event of a box has its environment read again, what is shown stays meanwhile", () => {
	const cache = new QueryClient();
	const shown = { data: [], ai_tokens: [], is_stale: true };
	for (const id of ["a", "b"]) cache.setQueryData(environmentKeys.of(id), shown);
	storeEvents(cache, [{ type: "devbox", devbox: { id: "a", state: "ready" } as DevboxResponse }]);
	expect(cache.getQueryState(environmentKeys.of("a"))).toMatchObject({ isInvalidated: true, data: shown });
	expect(cache.getQueryState(environmentKeys.of("b"))?.isInvalidated).toBe(false);
});
