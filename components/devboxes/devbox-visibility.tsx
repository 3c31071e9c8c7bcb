"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { api } from "../api-client.ts";
import { errorText } from "../ui/error-note";
import { showToast } from "../ui/toast-store.ts";
import { changeDevbox } from "./devbox-cache.ts";

/** Who sees the box. It holds at once, so there is nothing to save. */
export function DevboxVisibility({ box }: { box: DevboxResponse }) {
	const client = useQueryClient();
	const change = useMutation({
		mutationFn: (isShown: boolean) =>
			changeDevbox(client, () => api.updateDevbox({ id: box.id, access_mode: isShown ? "workspace" : "private" })),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	return (
		<section aria-labelledby="visibility">
			<h2 id="visibility" className="mb-2 font-semibold text-base">
				Visibility
			</h2>
			<label className="flex items-start gap-3 rounded-lg border bg-surface px-4 py-3 text-sm">
				<input
					type="checkbox"
					className="checkbox mt-0.5 size-4 shrink-0"
					checked={box.access_mode === "workspace"}
					disabled={change.isPending}
					onChange={(event) => change.mutate(event.target.checked)}
				/>
				<span>
					<span className="block font-medium">Visible to the workspace</span>
					<span className="block text-ink-soft text-xs">
						Every member sees that it exists, its state and image, and that it is yours. Nobody but you enters it: no
						terminal, command, file, port or output.
					</span>
				</span>
			</label>
		</section>
	);
}
