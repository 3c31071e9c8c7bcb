"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api-client.ts";
import { RelativeTime } from "../../text/relative-time";
import { Button } from "../../ui/button";
import { errorText } from "../../ui/error-note";
import { showToast } from "../../ui/toast-store.ts";
import { identityKeys } from "./identity-queries.ts";

type Audience = Awaited<ReturnType<typeof api.getIdentity>>["audiences"][number];

export function AudienceList({ audiences }: { audiences: Audience[] }) {
	const client = useQueryClient();
	const read = () => client.invalidateQueries({ queryKey: identityKeys.own() });
	const allowAgain = useMutation({
		mutationFn: ({ audience, description }: Audience) => api.allowAudience({ audience, description }),
		onSuccess: read,
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	const remove = useMutation({
		mutationFn: (audience: Audience) => api.removeAudience({ id: audience.id }),
		onSuccess: async (_, audience) => {
			await read();
			showToast({
				text: `${audience.audience} is not allowed any more. Tokens that were given live for up to five minutes.`,
				action: { label: "Undo", run: () => allowAgain.mutate(audience) },
			});
		},
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	if (audiences.length === 0)
		return (
			<p className="rounded-lg border border-dashed px-4 py-6 text-center text-ink-soft text-sm">
				None yet, so no devbox gets an ID token. Add the audience that your cloud or vault expects.
			</p>
		);
	return (
		<ul className="divide-y divide-line rounded-lg border bg-surface">
			{audiences.map((audience) => (
				<li key={audience.id} className="flex items-center gap-3 px-4 py-2 text-sm">
					<div className="min-w-0 flex-1">
						<p className="break-all font-mono text-xs">{audience.audience}</p>
						<p className="text-ink-faint text-xs">
							{audience.description ? `${audience.description} · ` : ""}by {audience.created_by}{" "}
							<RelativeTime at={audience.created_at} />
						</p>
					</div>
					<Button
						look="dangerQuiet"
						size="sm"
						aria-label={`Remove ${audience.audience}`}
						isBusy={remove.isPending && remove.variables?.id === audience.id}
						onClick={() => remove.mutate(audience)}
					>
						Remove
					</Button>
				</li>
			))}
		</ul>
	);
}
