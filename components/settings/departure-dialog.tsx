"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { DepartedMemberResponse, MemberHoldingsResponse, MemberResponse } from "@/lib/contract/members.ts";
import { counted } from "@/lib/domain/counted.ts";
import type { DepartureChoice, DepartureOutcome } from "@/lib/domain/member-departure.ts";
import { api } from "../api-client.ts";
import { Button } from "../ui/button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "../ui/dialog";
import { ErrorNote } from "../ui/error-note";
import { Select } from "../ui/field";
import { Skeleton } from "../ui/skeleton";
import { workspaceKeys, workspaceQueries } from "./workspace-queries.ts";

type DepartureDialogProps = {
	member: MemberResponse;
	verb: "disable" | "remove";
	members: readonly MemberResponse[];
	onClose: () => void;
};

const words = {
	disable: { title: "Disable", button: "Disable member" },
	remove: { title: "Remove", button: "Remove member" },
} as const;

/** Says what ends and what becomes of each devbox before, and what became of them after. */
export function DepartureDialog({ member, verb, members, onClose }: DepartureDialogProps) {
	const client = useQueryClient();
	const { login } = member.user;
	const holdings = useQuery(workspaceQueries.holdings(member.user.id));
	const heirs = members.filter(({ user, is_disabled }) => user.id !== member.user.id && !is_disabled);
	const [choice, setChoice] = useState<DepartureChoice>("stop");
	const [heirId, setHeirId] = useState(heirs[0]?.user.id ?? "");
	const go = useMutation({
		mutationFn: () => {
			const devboxes = choice === "transfer" ? { transfer_to: heirId } : choice;
			const request = { user_id: member.user.id, devboxes };
			return verb === "remove" ? api.removeMember(request) : api.disableMember(request);
		},
		onSuccess: () => client.invalidateQueries({ queryKey: workspaceKeys.members() }),
	});
	if (go.data) return <Departed login={login} verb={verb} departed={go.data} onClose={onClose} />;
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={`${words[verb].title} ${login}?`}
				description={
					verb === "remove"
						? "They lose access at once. Their account stays, for the day on which they are invited again."
						: "They stay a member and cannot sign in until enabled again."
				}
			>
				<DialogBody className="flex flex-col gap-4">
					{holdings.error && <ErrorNote error={holdings.error} onRetry={() => void holdings.refetch()} />}
					{!holdings.data && !holdings.error && <Skeleton className="h-28 w-full" />}
					{holdings.data && (
						<>
							<p className="text-sm">{endsOf(holdings.data)}</p>
							{holdings.data.devboxes.length > 0 && (
								<Choices choice={choice} onChoice={setChoice} heirs={heirs} heirId={heirId} onHeir={setHeirId} />
							)}
							<BoxList
								boxes={holdings.data.devboxes.map((box) => ({ id: box.id, name: box.name, outcome: box[choice] }))}
								tense="future"
							/>
						</>
					)}
					{go.error && <ErrorNote error={go.error} />}
				</DialogBody>
				<DialogFooter>
					<Button onClick={onClose}>Cancel</Button>
					<Button look="danger" isBusy={go.isPending} disabled={!holdings.data} onClick={() => go.mutate()}>
						{words[verb].button}
					</Button>
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}

function endsOf({ session_count, token_count }: MemberHoldingsResponse): string {
	return `This ends ${counted(session_count, "signed-in browser")} and ${counted(token_count, "API token")} within seconds, with every terminal, SSH connection, command, preview and event stream that is open.`;
}

type ChoicesProps = {
	choice: DepartureChoice;
	onChoice: (choice: DepartureChoice) => void;
	heirs: readonly MemberResponse[];
	heirId: string;
	onHeir: (userId: string) => void;
};

const choiceLabels: Record<DepartureChoice, { label: string; hint: string }> = {
	stop: { label: "Stop and keep them", hint: "Their files stay. Nobody can enter them until their owner is back." },
	transfer: {
		label: "Hand them over, stopped",
		hint: "With all files and the environment in them. Secrets that were the member's own do not go along, and the new owner's come in only when they allow it.",
	},
	destroy: { label: "Destroy them", hint: "Their machines and all files in them are removed." },
};

function Choices({ choice, onChoice, heirs, heirId, onHeir }: ChoicesProps) {
	const offered = (["stop", "transfer", "destroy"] as const).filter((name) => name !== "transfer" || heirs.length > 0);
	return (
		<fieldset className="flex flex-col gap-2">
			<legend className="mb-1.5 font-medium text-ink-soft text-sm">What becomes of their devboxes</legend>
			{offered.map((name) => (
				<label key={name} className="flex items-start gap-2.5 text-sm">
					<input
						type="radio"
						name="departure"
						className="mt-0.5 size-4 shrink-0 accent-accent"
						checked={choice === name}
						onChange={() => onChoice(name)}
					/>
					<span>
						<span className="block font-medium">{choiceLabels[name].label}</span>
						<span className="block text-ink-soft text-xs">{choiceLabels[name].hint}</span>
					</span>
				</label>
			))}
			{choice === "transfer" && (
				<Select
					aria-label="New owner"
					className="ml-6.5 text-sm"
					value={heirId}
					onChange={(event) => onHeir(event.target.value)}
				>
					{heirs.map(({ user }) => (
						<option key={user.id} value={user.id}>
							{user.name ?? user.login} ({user.login})
						</option>
					))}
				</Select>
			)}
		</fieldset>
	);
}

type ListedBox = { id: string; name: string; outcome: DepartureOutcome };

const outcomeWords: Record<"future" | "past", Record<DepartureOutcome, string>> = {
	future: {
		kept: "stays stopped",
		stopped: "will be stopped and kept",
		transferred: "will be handed over",
		destroyed: "will be destroyed",
	},
	past: {
		kept: "stays stopped",
		stopped: "is being stopped, and is kept",
		transferred: "was handed over",
		destroyed: "is being destroyed",
	},
};

function BoxList({ boxes, tense }: { boxes: readonly ListedBox[]; tense: "future" | "past" }) {
	if (boxes.length === 0) return <p className="text-ink-faint text-sm">They have no devboxes.</p>;
	return (
		<ul className="divide-y divide-line rounded-lg border">
			{boxes.map((box) => (
				<li key={box.id} className="flex flex-wrap justify-between gap-x-3 px-3 py-1.5 text-sm">
					<span className="min-w-0 truncate font-mono text-xs leading-5">{box.name}</span>
					<span className={box.outcome === "destroyed" ? "text-bad" : "text-ink-soft"}>
						{outcomeWords[tense][box.outcome]}
					</span>
				</li>
			))}
		</ul>
	);
}

type DepartedProps = {
	login: string;
	verb: "disable" | "remove";
	departed: DepartedMemberResponse;
	onClose: () => void;
};

function Departed({ login, verb, departed, onClose }: DepartedProps) {
	const heir = departed.transferred_to;
	return (
		<Dialog open onOpenChange={(isOpen) => !isOpen && onClose()}>
			<DialogContent
				title={`${login} was ${verb === "remove" ? "removed" : "disabled"}`}
				description={heir ? `${heir.login} has their devboxes now.` : "Whatever they had open has ended."}
			>
				<DialogBody className="flex flex-col gap-3">
					<BoxList boxes={departed.devboxes} tense="past" />
					{departed.github?.is_revoked && (
						<p className="text-ink-soft text-sm">Their connection was revoked at GitHub as well.</p>
					)}
					{departed.github?.problem && (
						<p role="alert" className="rounded-lg border border-warning/30 bg-warning-wash px-3.5 py-2.5 text-sm">
							{departed.github.problem}
						</p>
					)}
				</DialogBody>
				<DialogFooter>
					<Button look="primary" autoFocus onClick={onClose}>
						Done
					</Button>
				</DialogFooter>
			</DialogContent>
		</Dialog>
	);
}
