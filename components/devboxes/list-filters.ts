import { devboxStatus } from "./devbox-status.ts";
import type { ListedDevbox } from "./listed-devbox.ts";

/** What the list shows, as it stands in the address. */
export type ListFilters = { text: string; states: string[]; owners: string[]; hosts: string[] };

const listOf = (params: URLSearchParams, name: string) => (params.get(name) ?? "").split(",").filter(Boolean);

export function readFilters(params: URLSearchParams): ListFilters {
	return {
		text: params.get("q") ?? "",
		states: listOf(params, "state"),
		owners: listOf(params, "owner"),
		hosts: listOf(params, "host"),
	};
}

/** Writes the filters into the other parameters of the address; empty ones leave it. */
export function writeFilters(params: URLSearchParams, filters: ListFilters): URLSearchParams {
	const next = new URLSearchParams(params);
	const values = {
		q: filters.text,
		state: filters.states.join(","),
		owner: filters.owners.join(","),
		host: filters.hosts.join(","),
	};
	for (const [name, value] of Object.entries(values)) {
		if (value) next.set(name, value);
		else next.delete(name);
	}
	return next;
}

export function hasFilters(filters: ListFilters): boolean {
	return filters.text !== "" || filters.states.length + filters.owners.length + filters.hosts.length > 0;
}

export function filterDevboxes(boxes: readonly ListedDevbox[], filters: ListFilters): ListedDevbox[] {
	const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
	return boxes.filter((box) => {
		if (filters.states.length > 0 && !filters.states.includes(devboxStatus(box).kind)) return false;
		if (filters.owners.length > 0 && !filters.owners.includes(box.owner.login)) return false;
		if (filters.hosts.length > 0 && !filters.hosts.includes(box.host?.name ?? "none")) return false;
		if (words.length === 0) return true;
		const haystack = [box.name, box.id, box.image, box.size, box.owner.login, box.host?.name, box.reason]
			.join("\n")
			.toLowerCase();
		return words.every((word) => haystack.includes(word));
	});
}
