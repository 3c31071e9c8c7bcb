"use client";
import { Section } from "../../layout/section";
import { IsolationHosts } from "./isolation-hosts";
import { IsolationInterval } from "./isolation-interval";
import { IsolationReports } from "./isolation-reports";

/** How each host stands, when the next audit comes, and the dated reports. */
export function IsolationSection() {
	return (
		<div className="flex max-w-3xl flex-col gap-8">
			<Section
				title="Isolation audits"
				text="A canary devbox tries what no devbox may do, as user and as root, beside a control that shows that the attempt can succeed. It takes a few minutes, and devboxes go on meanwhile."
			>
				<IsolationHosts />
			</Section>
			<Section title="By time" text="After a change of what enforces policies on a host, an audit comes in any case.">
				<IsolationInterval />
			</Section>
			<Section title="Reports" text="Each attempt with its command, what was seen, and its control.">
				<IsolationReports />
			</Section>
		</div>
	);
}
