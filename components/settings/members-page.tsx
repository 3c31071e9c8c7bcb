"use client";
import { Section } from "../layout/section";
import { InvitationLinks } from "./invitation-links";
import { InvitationList } from "./invitation-list";
import { MemberTable } from "./member-table";
import { SettingsFrame } from "./settings-frame";
import { WorkspaceRules } from "./workspace-rules";

export function MembersPage() {
	return (
		<SettingsFrame width="wide">
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
		</SettingsFrame>
	);
}
