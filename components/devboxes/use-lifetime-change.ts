"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { UpdateDevboxRequest } from "@/lib/contract/devbox-rules.ts";
import { api } from "../api-client.ts";
import { errorText } from "../ui/error-note";
import { showToast } from "../ui/toast-store.ts";
import { changeDevbox } from "./devbox-cache.ts";

/** Changes when a box ends by itself. */
export function useLifetimeChange(id: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (change: UpdateDevboxRequest) => changeDevbox(client, () => api.updateDevbox({ id, ...change })),
		onError: (error) => showToast({ text: errorText(error), tone: "bad" }),
	});
}
