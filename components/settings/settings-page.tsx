"use client";
import { useQuery } from "@tanstack/react-query";
import { Section } from "../layout/section";
import { ThemeSwitch } from "../layout/theme-switch";
import { signOut } from "../sign-in/auth-requests.ts";
import { SshKeyList } from "../ssh-keys/ssh-key-list";
import { Avatar } from "../ui/avatar";
import { Button } from "../ui/button";
import { ErrorNote } from "../ui/error-note";
import { Skeleton } from "../ui/skeleton";
import { profileQueries } from "./profile-queries.ts";
import { SessionList } from "./session-list";
import { SettingsFrame } from "./settings-frame";

export function SettingsPage() {
	return (
		<SettingsFrame>
			<Section title="Profile">
				<Profile />
			</Section>
			<Section title="SSH keys" text="They open your devboxes over SSH, and sign nothing else.">
				<SshKeyList />
			</Section>
			<Section title="Theme" text="System follows your machine.">
				<ThemeSwitch />
			</Section>
			<Section title="Signed-in browsers" text="Revoking one signs it out at once and closes its terminals.">
				<SessionList />
			</Section>
		</SettingsFrame>
	);
}

function Profile() {
	const { data: profile, error, refetch } = useQuery(profileQueries.me());
	if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
	if (!profile) return <Skeleton className="h-[74px] w-full rounded-lg" />;
	return (
		<div className="flex flex-wrap items-center gap-4 rounded-lg border bg-surface px-4 py-3.5">
			<Avatar login={profile.user.login} size="lg" />
			<div className="min-w-0 flex-1">
				<p className="truncate font-medium">{profile.user.name ?? profile.user.login}</p>
				<p className="text-ink-soft text-sm">
					<span className="font-mono text-xs">{profile.user.login}</span> · {profile.role} of {profile.workspace.name} ·{" "}
					<span className="nums">
						{profile.devbox_count} of {profile.devbox_quota} devboxes
					</span>
				</p>
			</div>
			<Button onClick={() => void signOut()}>Sign out</Button>
		</div>
	);
}
