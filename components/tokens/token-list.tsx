"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiTokenResponse } from "@/lib/contract/tokens.ts";
import { api } from "../api-client.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { Dialog, DialogContent, DialogFooter } from "../ui/dialog";
import { errorText } from "../ui/error-note";
import { showToast } from "../ui/toast-store.ts";
import { tokenKeys } from "./token-queries.ts";

export function TokenList({ tokens }: { tokens: ApiTokenResponse[] }) {
	const client = useQueryClient();
	const [asked, setAsked] = useState<ApiTokenResponse | null>(null);
	const revoke = useMutation({
		mutationFn: (id: string) => api.revokeApiToken({ id }),
		onSuccess: () => client.invalidateQueries({ queryKey: tokenKeys.list() }),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
		onSettled: () => setAsked(null),
	});
	return (
		<>
			<ul className="divide-y divide-line rounded-lg border bg-surface">
				{tokens.map((token) => (
					<TokenRow key={token.id} token={token} onRevoke={() => setAsked(token)} />
				))}
			</ul>
			{asked && (
				<Dialog open onOpenChange={(isOpen) => !isOpen && setAsked(null)}>
					<DialogContent
						title={`Revoke ${asked.name}?`}
						description="Whatever uses it stops working at once. This cannot be undone."
						width="sm:max-w-sm"
					>
						<DialogFooter>
							<Button onClick={() => setAsked(null)}>Cancel</Button>
							<Button look="danger" isBusy={revoke.isPending} onClick={() => revoke.mutate(asked.id)}>
								Revoke token
							</Button>
						</DialogFooter>
					</DialogContent>
				</Dialog>
			)}
		</>
	);
}

function TokenRow({ token, onRevoke }: { token: ApiTokenResponse; onRevoke: () => void }) {
	const isExpired = token.expires_at !== null && new Date(token.expires_at) < new Date();
	return (
		<li className="flex items-center gap-3 px-4 py-2.5">
			<div className="min-w-0 flex-1">
				<p className="flex items-center gap-2 text-sm">
					<span className="truncate font-medium">{token.name}</span>
					<span className="shrink-0 font-mono text-ink-faint text-xs">…{token.hint}</span>
					{token.kind === "provider" && (
						<span
							className="shrink-0 rounded-full bg-hover px-2 text-ink-soft text-xs"
							title={`Of ${token.owner.login}`}
						>
							provider
						</span>
					)}
					{isExpired && <span className="shrink-0 rounded-full bg-bad-wash px-2 text-bad text-xs">expired</span>}
				</p>
				<p className="text-ink-faint text-xs">
					<span className="font-mono">{token.scopes.join(" ")}</span> · {token.last_used_at ? "used " : "never used"}
					{token.last_used_at && <RelativeTime at={token.last_used_at} />} ·{" "}
					{token.expires_at ? `${isExpired ? "expired" : "expires"} ${formatDay(token.expires_at)}` : "never expires"}
				</p>
			</div>
			<Button look="dangerQuiet" size="sm" aria-label={`Revoke ${token.name}`} onClick={onRevoke}>
				Revoke
			</Button>
		</li>
	);
}

function formatDay(at: string): string {
	return new Date(at).toLocaleDateString(undefined, { year: "numeric", month: "short", day: "numeric" });
}
