"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { UpdateDevboxRequest } from "@/lib/contract/devbox-rules.ts";
import { api } from "../api-client.ts";
import { errorText } from "../ui/error-note";
import { showToast } from "../ui/toast-store.ts";
import { storeDevboxes } from "./devbox-cache.ts";

/** Changes when a box ends by itself. */
export function useLifetimeChange(id: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (change: UpdateDevboxRequest) => api.updateDevbox({ id, ...change }),
		onSuccess: (box) => storeDevboxes(client, [box]),
		onError: (error) => showToast({ text: errorText(error), tone: "bad" }),
	});
}
