"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { InvitationLinkResponse } from "@/lib/contract/invitation-links.ts";
import { api } from "../api-client.ts";
import { cn } from "../cn.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { Dialog, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote, errorText } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { showToast } from "../ui/toast-store.ts";
import { workspaceKeys, workspaceQueries } from "./workspace-queries.ts";

const CreateLinkDialog = dynamic(() => import("./create-link-dialog").then((module) => module.CreateLinkDialog), {
	ssr: false,
});

export function InvitationLinks() {
	const { data: links, error, refetch } = useQuery(workspaceQueries.links());
	const [isMaking, setMaking] = useState(false);
	const [asked, setAsked] = useState<InvitationLinkResponse | null>(null);
	return (
		<div className="flex flex-col gap-3">
			<div>
				<Button onClick={() => setMaking(true)}>
					<Plus aria-hidden />
					New link
				</Button>
			</div>
			{error && (
				<ErrorNote title="The invitation links could not be listed" error={error} onRetry={() => void refetch()} />
			)}
			{!error && !links && <Skeleton className="h-12 w-full rounded-lg" />}
			{links && links.length === 0 && <p className="text-ink-faint text-sm">No link lets anybody in right now.</p>}
			{links && links.length > 0 && (
				<ul className="divide-y divide-line rounded-lg border bg-surface">
					{openFirst(links).map((link) => (
						<LinkRow key={link.id} link={link} onRevoke={() => setAsked(link)} />
					))}
				</ul>
			)}
			{isMaking && <CreateLinkDialog onClose={() => setMaking(false)} />}
			{asked && <RevokeLinkDialog link={asked} onClose={() => setAsked(null)} />}
		</div>
	);
}

/** Each half keeps the order that it came in. */
function openFirst(links: readonly InvitationLinkResponse[]): InvitationLinkResponse[] {
	const isOpen = (link: InvitationLinkResponse) => link.status === "open";
	return [...links.filter(isOpen), ...links.filter((link) => !isOpen(link))];
}

const endWords = {
	used_up: "used up",
	expired: "expired",
	revoked: "revoked",
	inviter: "ended with its maker's role",
} as const satisfies Record<Exclude<InvitationLinkResponse["status"], "open">, string>;

function LinkRow({ link, onRevoke }: { link: InvitationLinkResponse; onRevoke: () => void }) {
	const isOpen = link.status === "open";
	return (
		<li className="flex items-center gap-3 px-4 py-2.5 text-sm">
			<div className="min-w-0 flex-1">
				<p className={cn("flex flex-wrap items-center gap-x-2", !isOpen && "text-ink-faint")}>
					<span className="font-medium capitalize">{link.role}</span>
					<span className="nums">
						{link.uses_left} of {link.uses_max} {link.uses_max === 1 ? "use" : "uses"} left
					</span>
					{link.status !== "open" && (
						<span className="shrink-0 rounded-full bg-hover px-2 text-ink-soft text-xs">{endWords[link.status]}</span>
					)}
				</p>
				<p className="text-ink-faint text-xs">
					by <span className="font-mono">{link.invited_by.login}</span> <RelativeTime at={link.created_at} />
					{(isOpen || link.status === "expired") && (
						<>
							{" "}
							· {isOpen ? "expires" : "expired"} <RelativeTime at={link.expires_at} />
						</>
					)}
				</p>
				{link.used_by.length > 0 && (
					<p className="break-words text-ink-soft text-xs">
						Joined:{" "}
						{link.used_by.map(({ user, used_at }, at) => (
							<span key={user.id}>
								{at > 0 && ", "}
								<span className="font-mono">{user.login}</span> <RelativeTime at={used_at} />
							</span>
						))}
					</p>
				)}
			</div>
			{isOpen && (
				<Button look="dangerQuiet" size="sm" onClick={onRevoke}>
					Revoke
				</Button>
			)}
		</li>
	);
}

function RevokeLinkDialog({ link, onClose }: { link: InvitationLinkResponse; onClose: () => void }) {
	const client = useQueryClient();
	const revoke = useMutation({
		mutationFn: () => api.revokeInvitationLink({ id: link.id }),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
		onSettled: async () => {
			await client.invalidateQueries({ queryKey: workspaceKeys.links() });
			onClose();
		},
	});
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={`Revoke this link for ${link.role === "member" ? "members" : `${link.role}s`}?`}
				description="Nobody joins by it any more. Whoever has joined stays. This cannot be undone."
				width="sm:max-w-sm"
			>
				<DialogFooter>
					<Button onClick={onClose}>Cancel</Button>
					<Button look="danger" isBusy={revoke.isPending} onClick={() => revoke.mutate()}>
						Revoke link
					</Button>
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}
