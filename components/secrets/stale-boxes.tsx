"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { SecretUseResponse } from "@/lib/contract/secrets.ts";
import { api } from "../api-client.ts";
import { Button } from "../ui/button";
import { errorText } from "../ui/error-note";
import { showToast } from "../ui/toast-store.ts";
import { secretKeys } from "./secret-queries.ts";

type StaleBoxesProps = { secretId: string; stale: readonly SecretUseResponse[]; onDone?: () => void };

/** Running boxes that hold an older value, and the offer to bring them the newest. */
export function StaleBoxes({ secretId, stale, onDone }: StaleBoxesProps) {
	const client = useQueryClient();
	const refresh = useMutation({
		mutationFn: () => api.refreshSecret({ id: secretId }),
		onSuccess: ({ data }) => {
			const count = new Set(data.map((use) => use.devbox_id)).size;
			showToast({ text: `${count === 1 ? "1 devbox is" : `${count} devboxes are`} being refreshed.` });
			onDone?.();
			return client.invalidateQueries({ queryKey: secretKeys.all });
		},
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	if (stale.length === 0) return null;
	const names = [...new Set(stale.map((use) => use.devbox_name))];
	return (
		<div className="mt-2 flex flex-wrap items-center gap-3 rounded-lg border bg-hover px-3 py-2 text-sm">
			<p className="min-w-0 flex-1 basis-60">
				<span className="font-medium">{names.join(", ")}</span>{" "}
				{names.length === 1 ? "still holds an older value." : "still hold an older value."} New shells get the newest
				after a refresh; programs that run keep the old one.
			</p>
			<Button size="sm" isBusy={refresh.isPending} onClick={() => refresh.mutate()}>
				Refresh
			</Button>
		</div>
	);
}
