"use client";
import { useQuery } from "@tanstack/react-query";
import { useViewer } from "../layout/viewer";
import { networkQueries } from "./network-queries.ts";

/** How many requests wait for an admin; 0 for who may not answer them. */
export function usePendingRequests(): number {
	const { isAdmin } = useViewer();
	const { data } = useQuery({ ...networkQueries.pending(), enabled: isAdmin });
	return data?.length ?? 0;
}
