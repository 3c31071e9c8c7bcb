"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { GithubConnection } from "@/sdk/src/index.ts";
import { api } from "../api-client.ts";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { hostOf } from "./connect-github";
import { githubKeys } from "./github-queries.ts";

export function DisconnectDialog({ account, onClose }: { account: GithubConnection; onClose: () => void }) {
	const client = useQueryClient();
	const end = useMutation({
		mutationFn: () => api.revokeGithubConnection({}),
		onSuccess: (ended) => {
			if (ended.problem === null) finish();
		},
	});
	const problem = end.data?.problem ?? null;

	/** The page behind hears of the end only now: what is left to do at GitHub stays on the screen until it was read. */
	function finish(): void {
		onClose();
		void client.invalidateQueries({ queryKey: githubKeys.all() });
	}
	if (problem !== null)
		return (
			<Dialog open onOpenChange={(isOpen) => !isOpen && finish()}>
				<DialogContent title="Disconnected here, and not at GitHub">
					<DialogBody>
						<p role="alert" className="break-words text-ink-soft text-sm">
							{problem}
						</p>
					</DialogBody>
					<DialogFooter>
						<Button onClick={finish}>Close</Button>
					</DialogFooter>
				</DialogContent>
			</Dialog>
		);
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent title={`Disconnect ${account.github_login}?`}>
				<DialogBody className="flex flex-col gap-3">
					<p className="text-ink-soft text-sm">
						The authorisation is revoked at {hostOf(account)}, and what is kept of it here is deleted.
					</p>
					<ul className="list-disc pl-5 text-ink-soft text-sm">
						<li>Private repositories can no longer be cloned into new devboxes.</li>
						<li>Fetch and push of private repositories stop working in devboxes that run now. What they have stays.</li>
						<li>Your choice of organisations is lost.</li>
						{account.linked_sign_in && (
							<li>You can no longer sign in with this account: only by a sign-in link, until you connect one again.</li>
						)}
					</ul>
					{end.error && <ErrorNote error={end.error} />}
				</DialogBody>
				<DialogFooter>
					<Button onClick={onClose}>Cancel</Button>
					<Button look="danger" isBusy={end.isPending} onClick={() => end.mutate()}>
						Disconnect GitHub
					</Button>
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}
