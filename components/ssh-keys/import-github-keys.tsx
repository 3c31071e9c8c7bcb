"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { GithubSshKey } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";
import { githubKeys, githubQueries } from "../github/github-queries.ts";
import { Button } from "../ui/button";
import { Checkbox } from "../ui/checkbox";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { sshKeyKeys } from "./ssh-key-queries.ts";

/** The public keys of the connected account, to choose from. The keys themselves go from GitHub to the server. */
export function ImportGithubKeys({ onClose }: { onClose: () => void }) {
	const client = useQueryClient();
	const { data: keys, error, refetch } = useQuery({ ...githubQueries.sshKeys(), staleTime: 0 });
	const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
	const open = (keys ?? []).flatMap((key) => (isOpen(key) ? [key.fingerprint] : []));
	const chosen = open.filter((fingerprint) => !left.has(fingerprint));
	const add = useMutation({
		mutationFn: () => api.importGithubSshKeys({ fingerprints: chosen }),
		onSuccess: async () => {
			await Promise.all([
				client.invalidateQueries({ queryKey: sshKeyKeys.list() }),
				client.invalidateQueries({ queryKey: githubKeys.sshKeys() }),
			]);
			onClose();
		},
	});
	const toggle = (fingerprint: string) => {
		const next = new Set(left);
		if (!next.delete(fingerprint)) next.add(fingerprint);
		setLeft(next);
	};
	return (
		<Dialog open onOpenChange={(isStaying) => !isStaying && onClose()}>
			<DialogContent
				title="Import SSH keys from GitHub"
				description="Whoever holds one of them can open your devboxes."
			>
				<DialogBody className="flex flex-col gap-3">
					{error && <ErrorNote error={error} onRetry={() => void refetch()} />}
					{!error && !keys && <Skeleton className="h-24 w-full rounded-lg" />}
					{keys?.length === 0 && (
						<p className="rounded-lg border border-dashed px-4 py-6 text-center text-ink-soft text-sm">
							Your GitHub account has no SSH keys.
						</p>
					)}
					{keys && keys.length > 0 && (
						<ul aria-label="Keys of your GitHub account" className="divide-y divide-line rounded-lg border bg-surface">
							{keys.map((key, index) => (
								<li key={key.fingerprint ?? `${key.title} ${index}`}>
									<GithubKey
										sshKey={key}
										isChosen={key.fingerprint !== null && chosen.includes(key.fingerprint)}
										onToggle={() => key.fingerprint && toggle(key.fingerprint)}
									/>
								</li>
							))}
						</ul>
					)}
					{add.error && <ErrorNote error={add.error} />}
				</DialogBody>
				<DialogFooter>
					<Button onClick={onClose}>Cancel</Button>
					<Button look="primary" disabled={chosen.length === 0} isBusy={add.isPending} onClick={() => add.mutate()}>
						{chosen.length === 1 ? "Import 1 key" : `Import ${chosen.length} keys`}
					</Button>
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}

type GithubKeyProps = { sshKey: GithubSshKey; isChosen: boolean; onToggle: () => void };

function GithubKey({ sshKey, isChosen, onToggle }: GithubKeyProps) {
	const id = useId();
	return (
		<label htmlFor={id} className="flex items-start gap-3 px-4 py-2.5">
			<Checkbox id={id} className="mt-0.5" checked={isChosen} disabled={!isOpen(sshKey)} onChange={onToggle} />
			<span className="min-w-0 flex-1">
				<span className="block truncate font-medium text-sm">{sshKey.title}</span>
				<span className="block break-words text-ink-faint text-xs">
					{sshKey.type}
					{sshKey.fingerprint && (
						<>
							{" · "}
							<code className="break-all">{sshKey.fingerprint}</code>
						</>
					)}
					{sshKey.registered_as !== null && ` · yours already, as ${sshKey.registered_as}`}
					{sshKey.problem && <span className="block text-bad">{sshKey.problem}</span>}
				</span>
			</span>
		</label>
	);
}

function isOpen(key: GithubSshKey): key is GithubSshKey & { fingerprint: string } {
	return key.fingerprint !== null && key.problem === null && key.registered_as === null;
}
