import { infiniteQueryOptions } from "@tanstack/react-query";
import { api } from "../../api-client.ts";
import { isolationKeys } from "../isolation/isolation-queries.ts";

const pageSize = 100;

/** `at`: ISO 8601; null is now. Read again with what it is made of. */
export const evidenceQuery = (at: string | null) =>
	infiniteQueryOptions({
		queryKey: [...isolationKeys.all, "evidence", at],
		queryFn: ({ pageParam, signal }) =>
			api.getIsolationEvidence(
				{ limit: pageSize, ...(at ? { at } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
				{ signal },
			),
		initialPageParam: "",
		getNextPageParam: (page) => page.next_cursor ?? undefined,
	});
