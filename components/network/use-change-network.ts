"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../api-client.ts";
import { networkKeys } from "./network-queries.ts";
import type { PolicyRequest } from "./policy-draft.ts";

export function useChangeNetwork(id: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (policy: PolicyRequest) => api.changeDevboxNetwork({ id, ...policy }),
		onSuccess(network) {
			client.setQueryData(networkKeys.devbox(id), network);
			// The answer may be older than what an event has had read meanwhile.
			void client.invalidateQueries({ queryKey: networkKeys.devbox(id) });
		},
	});
}
