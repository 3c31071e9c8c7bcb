"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useState } from "react";
import { AppError } from "@/lib/domain/errors.ts";
import { parseSshPublicKey } from "@/lib/domain/ssh-public-key.ts";
import { isDevboxError } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";
import { githubQueries } from "../github/github-queries.ts";
import { RelativeTime } from "../text/relative-time";
import { Button } from "../ui/button";
import { ErrorNote, errorText } from "../ui/error-note";
import { Field, Input } from "../ui/field";
import { Skeleton } from "../ui/skeleton";
import { showToast } from "../ui/toast-store.ts";
import { sshKeyKeys, sshKeyQueries } from "./ssh-key-queries.ts";

const ImportGithubKeys = dynamic(() => import("./import-github-keys").then((module) => module.ImportGithubKeys), {
	ssr: false,
});

export function SshKeyList() {
	const client = useQueryClient();
	const { data: keys, error, refetch } = useQuery(sshKeyQueries.list());
	const remove = useMutation({
		mutationFn: (id: string) => api.removeSshKey({ id }),
		onSuccess: () => client.invalidateQueries({ queryKey: sshKeyKeys.list() }),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
	});
	return (
		<div id="ssh-keys" className="flex scroll-mt-6 flex-col gap-3">
			{error && <ErrorNote error={error} onRetry={() => void refetch()} />}
			{!error && !keys && <Skeleton className="h-14 w-full rounded-lg" />}
			{keys && keys.length > 0 && (
				<ul aria-label="SSH keys" className="divide-y divide-line rounded-lg border bg-surface">
					{keys.map((key) => (
						<li key={key.id} className="flex items-center gap-3 px-4 py-2.5">
							<div className="min-w-0 flex-1">
								<p className="truncate font-medium text-sm">{key.name}</p>
								<p className="text-ink-faint text-xs">
									{key.type} · {key.last_used_at ? "used " : "never used"}
									{key.last_used_at && <RelativeTime at={key.last_used_at} />}
									{key.token_name !== null && ` · registered by the token ${key.token_name}, and ends with it`}
								</p>
								<p className="break-all text-ink-faint text-xs">
									<code>{key.fingerprint}</code>
								</p>
							</div>
							<Button
								look="dangerQuiet"
								size="sm"
								aria-label={`Remove ${key.name}`}
								isBusy={remove.isPending && remove.variables === key.id}
								onClick={() => remove.mutate(key.id)}
							>
								Remove
							</Button>
						</li>
					))}
				</ul>
			)}
			<AddSshKey isFirst={keys?.length === 0} />
		</div>
	);
}

function AddSshKey({ isFirst }: { isFirst: boolean }) {
	const client = useQueryClient();
	const [isOpen, setOpen] = useState(false);
	const [name, setName] = useState("");
	const [publicKey, setPublicKey] = useState("");
	const { data: github } = useQuery(githubQueries.connection());
	const [isImporting, setImporting] = useState(false);
	const add = useMutation({
		mutationFn: async () => {
			// Looked at here first: a private key that was pasted by mistake does not leave this page.
			const { line } = parseSshPublicKey(publicKey);
			return api.addSshKey({ name: name.trim() || "key", public_key: line });
		},
		onSuccess: async () => {
			setName("");
			setPublicKey("");
			setOpen(false);
			await client.invalidateQueries({ queryKey: sshKeyKeys.list() });
		},
		// And it must not stay on the screen.
		onError: () => {
			if (/PRIVATE KEY|PuTTY-User-Key-File/i.test(publicKey)) setPublicKey("");
		},
	});
	const problem = add.error ? problemOf(add.error) : null;
	const importButton = github?.status === "connected" && (
		<>
			<Button onClick={() => setImporting(true)}>Import from GitHub</Button>
			{isImporting && <ImportGithubKeys onClose={() => setImporting(false)} />}
		</>
	);
	if (!isOpen && !isFirst)
		return (
			<div className="flex flex-wrap gap-2">
				<Button onClick={() => setOpen(true)}>Add a key</Button>
				{importButton}
			</div>
		);
	return (
		<form
			noValidate
			className="flex flex-col gap-3 rounded-lg border bg-surface p-4"
			onSubmit={(event) => {
				event.preventDefault();
				add.mutate();
			}}
		>
			<Field id="ssh-key-name" label="Name">
				<Input
					id="ssh-key-name"
					placeholder="laptop"
					autoComplete="off"
					maxLength={80}
					value={name}
					onChange={(event) => setName(event.target.value)}
				/>
			</Field>
			<Field
				id="ssh-key-text"
				label="Public key"
				error={problem}
				hint="One line, as ~/.ssh/id_ed25519.pub holds it. Never the private key."
			>
				<textarea
					id="ssh-key-text"
					rows={3}
					spellCheck={false}
					autoComplete="off"
					placeholder="ssh-ed25519 AAAA…"
					aria-describedby="ssh-key-text-note"
					aria-invalid={problem ? true : undefined}
					className="w-full rounded-md border border-line-strong bg-surface px-2.5 py-1.5 font-mono text-xs aria-invalid:border-bad"
					value={publicKey}
					onChange={(event) => setPublicKey(event.target.value)}
				/>
			</Field>
			<div className="flex gap-2">
				<Button type="submit" look="primary" disabled={!publicKey.trim()} isBusy={add.isPending}>
					Add key
				</Button>
				{!isFirst && <Button onClick={() => setOpen(false)}>Cancel</Button>}
				{isFirst && importButton}
			</div>
		</form>
	);
}

function problemOf(error: unknown): string {
	if (error instanceof AppError) return error.message;
	return (isDevboxError(error) && error.fieldMessage("public_key")) || errorText(error);
}
