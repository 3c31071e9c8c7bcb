import { QueryClient } from "@tanstack/react-query";
import { describe, expect, test } from "vitest";
import type { DevboxResponse } from "../../lib/contract/devboxes.ts";
import { changeDevbox, storeEvents } from "./devbox-cache.ts";
import { devboxKeys } from "./devbox-queries.ts";

const box = (id: string, state: DevboxResponse["state"] = "ready") => ({ id, state }) as DevboxResponse;
const client = () => new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });

describe("after a gap", () => {
	test("a list that nobody looks at is forgotten, so that one event does not pass it off as new", () => {
		const cache = client();
		cache.setQueryData(devboxKeys.list(), [box("gone"), box("a")]);
		storeEvents(cache, [{ type: "devbox", devbox: box("a", "stopped") }, { type: "resync" }]);
		storeEvents(cache, [{ type: "devbox", devbox: box("a") }]);
		expect(cache.getQueryData(devboxKeys.list())).toBeUndefined();
		expect(cache.getQueryData(devboxKeys.one("a"))).toEqual(box("a"));
	});
	test("an answer that was on its way during it is read again", async () => {
		const cache = client();
		await changeDevbox(cache, async () => {
			storeEvents(cache, [{ type: "resync" }]);
			return box("a", "provisioning");
		});
		expect(cache.getQueryData(devboxKeys.one("a"))).toBeUndefined();
	});
});

test("without a gap an answer is what is shown from then on, and in the list", async () => {
	const cache = client();
	cache.setQueryData(devboxKeys.list(), [box("b"), box("a", "stopped")]);
	await changeDevbox(cache, async () => box("a"));
	expect(cache.getQueryData(devboxKeys.one("a"))).toEqual(box("a"));
	expect(cache.getQueryData(devboxKeys.list())).toEqual([box("b"), box("a")]);
});
