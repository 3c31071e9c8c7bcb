"use client";
import { PageColumn, PageHeader } from "../layout/page-header";
import { InvitationLinks } from "./invitation-links";
import { InvitationList } from "./invitation-list";
import { MemberTable } from "./member-table";
import { SettingsNavigation } from "./settings-navigation";
import { Section } from "./settings-page";
import { WorkspaceRules } from "./workspace-rules";

export function MembersPage() {
	return (
		<PageColumn>
			<PageHeader title="Settings" />
			<SettingsNavigation />
			<div className="flex max-w-3xl flex-col gap-9 pb-16">
				<Section
					title="Members"
					text="Each enters only their own devboxes, and sees those that others show to the workspace."
				>
					<MemberTable />
				</Section>
				<Section title="Invitations" text="Sign-up is closed: these GitHub logins may join.">
					<InvitationList />
				</Section>
				<Section
					title="Invitation links"
					text="For people whose GitHub login you do not know: whoever opens one may join, until it is used up."
				>
					<InvitationLinks />
				</Section>
				<Section title="Rules">
					<WorkspaceRules />
				</Section>
			</div>
		</PageColumn>
	);
}
