/** Evidence of isolation to read, to print and to keep. What comes last, the devboxes, is a table that is written row by row. */

import type { EvidenceDevbox, EvidenceHead } from "../../contract/isolation-evidence.ts";
import { auditActions } from "../../domain/audit.ts";
import { counted } from "../../domain/counted.ts";
import { enforcementWords, networkModeLabels, policyWords } from "../../domain/egress-policy.ts";
import { daysBetween, daysWords, inOrderWords } from "../../domain/isolation-standing.ts";

const standingWords = {
	never: "NEVER AUDITED",
	passed: "passed",
	failed: "FAILED",
	error: "NO RESULT",
} as const satisfies Record<EvidenceHead["hosts"][number]["standing"], string>;

export function evidenceTop(head: EvidenceHead): string {
	const parts = [
		`# Isolation evidence of ${cell(head.workspace.name)}`,
		facts(head),
		...problems(head),
		"## Hosts",
		"The last isolation audit of each host that devboxes of the workspace are on: what a canary devbox tried there.",
		hosts(head),
		"## Network policies",
		policies(head),
		"## Names approved beside the policies",
		approvals(head),
		"## Internal services",
		`Private addresses that a name of a policy may lead to. No other is reached. The operator has opened ${head.internal_ranges.join(", ") || "none"}.`,
		table(
			["Name", "Address", "TCP ports", "Added by", "At", "Opened by the operator"],
			head.internal_services.map((one) => [
				one.name,
				one.address,
				one.ports.join(" "),
				one.created_by,
				one.created_at,
				one.is_open ? "yes" : "no: closed",
			]),
			"None: no private address is reached.",
		),
		"## Audiences of ID tokens",
		table(
			["Audience", "For", "Allowed by", "At"],
			head.audiences.map((one) => [one.audience, one.description, one.created_by, one.created_at]),
			"None: no devbox can have a token.",
		),
		"## Devboxes",
		...(head.devbox_count === 0 ? ["None."] : [header(devboxColumns)]),
	];
	return `${parts.join("\n\n")}\n`;
}

function facts(head: EvidenceHead): string {
	const lines = [
		`- As of: **${head.at}**${head.is_now ? "" : " (past)"}`,
		`- Made ${head.generated_at} by ${cell(head.generated_by)}, by the server's version ${head.product_version}`,
		`- Workspace: ${cell(head.workspace.name)} (${head.workspace.id})`,
		`- ${counted(head.devbox_count, "devbox", "devboxes")} on ${counted(head.hosts.length, "host", "hosts")}`,
	];
	if (head.is_now) return lines.join("\n");
	const changes = head.changes_since.map(
		({ action, count }) => `  - ${count} x ${auditActions[action as keyof typeof auditActions] ?? action}`,
	);
	const since =
		changes.length === 0
			? "- Nothing of policies, approvals, internal services, audiences and tailnets was changed since, by the audit log."
			: "- Policies, approvals, internal services, audiences, setup and tailnets are as they are today. By the audit log these were changed since:";
	return [...lines, since, ...changes].join("\n");
}

function problems({ problems: list, hosts: all }: EvidenceHead): string[] {
	if (list.length > 0) return ["## NOT IN ORDER", list.map((problem) => `- **${cell(problem)}**`).join("\n")];
	return all.length > 0 ? [cell(inOrderWords(all.flatMap(({ host, is_new }) => (is_new ? [host.name] : []))))] : [];
}

function hosts(head: EvidenceHead): string {
	const at = new Date(head.at);
	return table(
		["Host", "Devboxes", "Last audit", "Outcome", "As promised / not / not tried", "Age", "Next by time", "Report"],
		head.hosts.map(({ host, devbox_count, latest, standing, is_overdue, next_at }) => [
			host.name,
			String(devbox_count),
			latest?.finished_at ?? "none",
			`${standingWords[standing]}${is_overdue ? ", OVERDUE" : ""}`,
			latest ? `${latest.passed} / ${latest.failed} / ${latest.not_tried}` : "",
			latest?.finished_at ? daysWords(daysBetween(new Date(latest.finished_at), at)) : "",
			next_at ?? "none",
			latest?.id ?? "",
		]),
		"None: no devbox is on a host.",
	);
}

function policies({ default_policy, policies: named }: EvidenceHead): string {
	const { value, is_locked, updated_at, updated_by } = default_policy;
	const changed = updated_at ? `set by ${cell(updated_by ?? "")} at ${updated_at}` : "as the product comes";
	const lock = is_locked ? "locked: no devbox may differ" : "not locked: a devbox may differ";
	return [
		`Default: ${cell(policyWords(value))} (${changed}; ${lock}).`,
		table(
			["Name", "Mode", "Names", "While set up", "Devboxes", "Changed"],
			named.map((policy) => [
				policy.name,
				networkModeLabels[policy.mode],
				policy.egress_domains.join(" "),
				setupWords(policy.setup),
				String(policy.devbox_count),
				policy.updated_at,
			]),
			"No policy has a name.",
		),
	].join("\n\n");
}

function approvals({ approvals: list, approval_count }: EvidenceHead): string {
	const left = approval_count - list.length;
	const rows = list.map((one) => [
		one.name,
		one.devbox.name,
		one.requested_by,
		one.answered_by ?? "",
		one.answered_at ?? "",
		one.expires_at ?? "for good",
	]);
	const shown = table(["Name", "Devbox", "Asked by", "Approved by", "At", "Until"], rows, "None.");
	return left > 0 ? `${shown}\n\nand ${left} more, older ones.` : shown;
}

const devboxColumns = ["Devbox", "Owner", "Host", "Made", "Made from", "Policy", "Setup", "Tailscale"];

export function evidenceRow({
	name,
	id,
	owner,
	host,
	created_at,
	image_ref,
	network,
	tailscale,
}: EvidenceDevbox): string {
	return row([
		`${name} (${id})`,
		owner,
		host?.name ?? "none yet",
		created_at,
		image_ref,
		networkWords(network),
		network.is_setting_up ? `being set up: ${setupWords(network.setup)}` : setupWords(network.setup) && "over",
		tailscale ? `${tailscale.status} as ${tailscale.hostname} ${tailscale.tags.join(" ")}` : "no",
	]);
}

/** What holds, by which policy, and whether it is in force. */
function networkWords(network: EvidenceDevbox["network"]): string {
	const names = network.mode === "enforce" ? `: ${network.egress_domains.join(" ")}` : "";
	const words = [
		`${networkModeLabels[network.mode]}${names}`,
		network.internal_services.length > 0 && `internal services ${network.internal_services.join(" ")}`,
		network.policy && `policy ${network.policy}`,
		enforcementWords[network.enforcement],
		network.changed_at && `CHANGED SINCE, at ${network.changed_at}`,
	];
	return words.filter(Boolean).join("; ");
}

function setupWords(setup: EvidenceDevbox["network"]["setup"]): string {
	if (setup === null) return "";
	return setup.mode === "observe" ? "everything public" : setup.egress_domains.join(" ");
}

function table(columns: readonly string[], rows: readonly (readonly string[])[], none: string): string {
	return rows.length === 0 ? none : [header(columns), ...rows.map(row)].join("\n");
}

const header = (columns: readonly string[]) => `${row(columns)}\n|${" --- |".repeat(columns.length)}`;
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;

/** What people named may hold anything: nothing in it is Markdown. */
function cell(text: string): string {
	return text.replace(/\s+/g, " ").replace(/[\\|`*_<>[\]#~]/g, "\\$&");
}
