"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../api-client.ts";
import { errorText } from "../ui/error-note";
import { showToast } from "../ui/toast-store.ts";
import { changeDevbox } from "./devbox-cache.ts";
import { devboxKeys } from "./devbox-queries.ts";

/** At once, when many boxes are selected. */
const parallelMax = 6;

async function forEachBox(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<void> {
	const waiting = [...ids];
	const failures: unknown[] = [];
	const work = async () => {
		for (let id = waiting.shift(); id; id = waiting.shift()) {
			try {
				await act(id);
			} catch (error) {
				failures.push(error);
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(parallelMax, ids.length) }, work));
	if (failures.length === 0) return;
	if (ids.length === 1) throw failures[0];
	throw new Error(`${failures.length} of ${ids.length} did not work. ${errorText(failures[0])}`, {
		cause: failures[0],
	});
}

/** Stop, start and destroy, of one box or many. The answer goes into the cache; the rest comes by the event stream. */
export function useDevboxCommands() {
	const client = useQueryClient();
	const onError = (error: unknown) => showToast({ text: errorText(error), tone: "bad" });
	const onSettled = () => client.invalidateQueries({ queryKey: devboxKeys.workspace() });
	const stop = useMutation({
		mutationFn: (ids: readonly string[]) => forEachBox(ids, (id) => changeDevbox(client, () => api.stopDevbox({ id }))),
		onError,
		onSettled,
	});
	const start = useMutation({
		mutationFn: (ids: readonly string[]) =>
			forEachBox(ids, (id) => changeDevbox(client, () => api.startDevbox({ id }))),
		onError,
		onSettled,
	});
	const destroy = useMutation({
		mutationFn: (ids: readonly string[]) =>
			forEachBox(ids, async (id) => {
				await api.deleteDevbox({ id });
				await client.invalidateQueries({ queryKey: devboxKeys.one(id) });
			}),
		onSettled: () => Promise.all([onSettled(), client.invalidateQueries({ queryKey: devboxKeys.list() })]),
		onError,
	});
	return { stop, start, destroy };
}
