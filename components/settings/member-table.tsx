"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ban, Check, Ellipsis, Gauge, UserMinus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { MemberResponse } from "@/lib/contract/members.ts";
import type { Role } from "@/lib/domain/actor.ts";
import { counted } from "@/lib/domain/counted.ts";
import { api } from "../api-client.ts";
import { RelativeTime } from "../text/relative-time";
import { Avatar } from "../ui/avatar";
import { Button } from "../ui/button";
import { ErrorNote, errorText } from "../ui/error-note";
import { Select } from "../ui/field";
import { MenuButton } from "../ui/menu-button";
import type { MenuEntry } from "../ui/menu-entries.ts";
import { Skeleton } from "../ui/skeleton";
import { showToast } from "../ui/toast-store.ts";
import { workspaceKeys, workspaceQueries } from "./workspace-queries.ts";

const QuotaDialog = dynamic(() => import("./quota-dialog").then((module) => module.QuotaDialog), { ssr: false });
const DepartureDialog = dynamic(() => import("./departure-dialog").then((module) => module.DepartureDialog), {
	ssr: false,
});

type Opened = { dialog: "quota" | "disable" | "remove"; member: MemberResponse };

export function MemberTable() {
	const { data: members, error, refetch } = useQuery(workspaceQueries.members());
	const [opened, setOpened] = useState<Opened | null>(null);
	if (error) return <ErrorNote title="The members could not be listed" error={error} onRetry={() => void refetch()} />;
	if (!members) return <Skeleton className="h-36 w-full rounded-lg" />;
	const close = () => setOpened(null);
	return (
		<>
			<ul className="divide-y divide-line rounded-lg border bg-surface">
				{members.map((member) => (
					<MemberRow key={member.user.id} member={member} onOpen={(dialog) => setOpened({ dialog, member })} />
				))}
			</ul>
			{opened?.dialog === "quota" && <QuotaDialog member={opened.member} onClose={close} />}
			{opened && opened.dialog !== "quota" && (
				<DepartureDialog member={opened.member} verb={opened.dialog} members={members} onClose={close} />
			)}
		</>
	);
}

type MemberRowProps = { member: MemberResponse; onOpen: (dialog: Opened["dialog"]) => void };

function MemberRow({ member, onOpen }: MemberRowProps) {
	const { user } = member;
	return (
		<li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm">
			<Avatar login={user.login} size="md" />
			<div className="min-w-0 flex-1 basis-40">
				<p className="flex items-center gap-2">
					<span className="truncate font-medium">{user.name ?? user.login}</span>
					{member.is_disabled && (
						<span className="shrink-0 rounded-full bg-warning-wash px-2 text-warning text-xs">disabled</span>
					)}
				</p>
				<p className="text-ink-faint text-xs">
					<span className="font-mono">{user.login}</span> ·{" "}
					{member.last_seen_at ? (
						<>
							seen <RelativeTime at={member.last_seen_at} />
						</>
					) : (
						"never seen"
					)}{" "}
					· <span className="nums">{countsOf(member)}</span>
				</p>
			</div>
			<div className="ml-auto flex items-center gap-1">
				<RoleChoice member={member} />
				<MemberMenu member={member} onOpen={onOpen} />
			</div>
		</li>
	);
}

function countsOf({ devbox_count, devbox_quota, token_count, ssh_key_count }: MemberResponse): string {
	return [
		`${devbox_count} of ${devbox_quota} devboxes`,
		counted(token_count, "token"),
		counted(ssh_key_count, "SSH key"),
	].join(" · ");
}

const roleLabels: Record<Role, string> = { owner: "Owner", admin: "Admin", member: "Member" };

/** Offers what this viewer may give; the server asks the same rules again. */
function RoleChoice({ member }: { member: MemberResponse }) {
	const client = useQueryClient();
	const change = useMutation({
		mutationFn: (role: Role) => api.updateMember({ user_id: member.user.id, role }),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
		onSettled: () => client.invalidateQueries({ queryKey: workspaceKeys.members() }),
	});
	if (member.roles.length < 2) return <span className="px-2 text-ink-soft">{roleLabels[member.role]}</span>;
	return (
		<Select
			aria-label={`Role of ${member.user.login}`}
			className="text-sm"
			value={change.isPending ? change.variables : member.role}
			disabled={change.isPending}
			onChange={(event) => change.mutate(event.target.value as Role)}
		>
			{member.roles.map((role) => (
				<option key={role} value={role}>
					{roleLabels[role]}
				</option>
			))}
		</Select>
	);
}

function MemberMenu({ member, onOpen }: MemberRowProps) {
	const client = useQueryClient();
	const enable = useMutation({
		mutationFn: () => api.enableMember({ user_id: member.user.id }),
		onError: (failure) => showToast({ text: errorText(failure), tone: "bad" }),
		onSettled: () => client.invalidateQueries({ queryKey: workspaceKeys.members() }),
	});
	const entries: MenuEntry[] = [{ kind: "item", label: "Change quota…", icon: Gauge, onSelect: () => onOpen("quota") }];
	if (member.actions.includes("enable"))
		entries.push({ kind: "item", label: "Enable", icon: Check, onSelect: () => enable.mutate() });
	if (member.actions.includes("disable"))
		entries.push({ kind: "item", label: "Disable…", icon: Ban, onSelect: () => onOpen("disable") });
	if (member.actions.includes("remove"))
		entries.push(
			{ kind: "separator", label: "remove" },
			{ kind: "item", label: "Remove…", icon: UserMinus, isDanger: true, onSelect: () => onOpen("remove") },
		);
	return (
		<MenuButton entries={entries}>
			<Button look="quiet" size="iconSm" aria-label={`Actions for ${member.user.login}`}>
				<Ellipsis />
			</Button>
		</MenuButton>
	);
}
