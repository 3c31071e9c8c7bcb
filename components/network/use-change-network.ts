"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { NetworkMode } from "@/lib/domain/egress-policy.ts";
import { api } from "../api-client.ts";
import { networkKeys } from "./network-queries.ts";

type Change = { mode: NetworkMode; egress_domains: string[] };

export function useChangeNetwork(id: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: ({ mode, egress_domains }: Change) =>
			api.changeDevboxNetwork({ id, mode, ...(mode === "open" || mode === "none" ? {} : { egress_domains }) }),
		onSuccess: (network) => client.setQueryData(networkKeys.devbox(id), network),
	});
}
