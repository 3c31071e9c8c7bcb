"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ShieldAlert } from "lucide-react";
import type { DevboxResponse } from "@/lib/contract/devboxes.ts";
import { api } from "../api-client.ts";
import { useViewer } from "../layout/viewer";
import { Button } from "../ui/button";
import { errorText } from "../ui/error-note";
import { showToast } from "../ui/toast-store.ts";
import { changeDevbox } from "./devbox-cache.ts";

/** A box that somebody else has worked in gets nothing of its new owner's before they say so. */
export function WithheldNotice({ box }: { box: DevboxResponse }) {
	const { userId } = useViewer();
	const client = useQueryClient();
	const allow = useMutation({
		mutationFn: () => changeDevbox(client, () => api.updateDevbox({ id: box.id, credentials_withheld: false })),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	if (!box.credentials_withheld || box.owner.id !== userId || box.desired_state === "destroyed") return null;
	return (
		<section
			aria-label="Handed over to you"
			className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-warning/40 bg-warning/8 px-4 py-3 text-sm"
		>
			<ShieldAlert className="size-4 shrink-0 text-warning" aria-hidden />
			<p className="min-w-0 flex-1 basis-60">
				<span className="font-medium">This devbox was handed over to you.</span> What its owner before left running in
				it comes along, so it uses neither your GitHub connection, nor the secrets that are in all your boxes, nor ID
				tokens in your name. If you allow them, git fetches and pushes at once where the list of repositories says so;
				secrets come with the next start or refresh.
			</p>
			<Button size="sm" isBusy={allow.isPending} onClick={() => allow.mutate()}>
				Allow my credentials
			</Button>
		</section>
	);
}
