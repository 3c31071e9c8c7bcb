import { infiniteQueryOptions } from "@tanstack/react-query";
import type { AuditFilters } from "@/lib/contract/audit.ts";
import { api } from "../api-client.ts";

export const auditKeys = { list: (query: Partial<AuditFilters>) => ["audit", query] as const };

const pageSize = 100;

export const auditQueries = {
	list: (query: Partial<AuditFilters>) =>
		infiniteQueryOptions({
			queryKey: auditKeys.list(query),
			queryFn: ({ pageParam, signal }) =>
				api.listAuditEvents({ ...query, limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) }, { signal }),
			initialPageParam: "",
			getNextPageParam: (page) => page.next_cursor ?? undefined,
		}),
};
