"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ApprovalTime } from "@/lib/domain/network-request.ts";
import { api } from "../../api-client.ts";
import { networkKeys } from "../network-queries.ts";
import { policyKeys } from "../policies/policy-queries.ts";

export type RequestAnswer =
	| { kind: "approve"; expires_in: ApprovalTime; add_to_policy: boolean; answer: string }
	| { kind: "decline"; answer: string }
	| { kind: "end" };

export function useAnswerRequest(id: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: ({ kind, ...body }: RequestAnswer) => {
			if (kind === "end") return api.endNetworkRequest({ id });
			return kind === "approve"
				? api.approveNetworkRequest({ id, ...body })
				: api.declineNetworkRequest({ id, ...body });
		},
		// A refusal may say that somebody else was first: then the list is old, too.
		onSettled: () =>
			Promise.all([
				client.invalidateQueries({ queryKey: networkKeys.workspace }),
				client.invalidateQueries({ queryKey: policyKeys.all }),
			]),
	});
}
