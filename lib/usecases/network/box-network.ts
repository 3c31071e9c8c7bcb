/**
 * What a devbox asks about its own network, over its link: the link says which box it is, and no more is believed. It speaks for its
 * owner, who may ask for the same in the dashboard; it changes nothing by itself.
 */
import { createNetworkRequestRequest } from "../../contract/network-requests.ts";
import { recordAudit } from "../../db/audit-events.ts";
import { type BoxIdentityRow, findBoxIdentity } from "../../db/box-identities.ts";
import type { Database } from "../../db/database.ts";
import { listDecisionRows } from "../../db/network-decisions.ts";
import { networkInForce } from "../../db/network-in-force.ts";
import { findDevboxNetwork } from "../../db/network-policies.ts";
import { listRequestRowsOf } from "../../db/network-requests.ts";
import { networkModeLabels } from "../../domain/egress-policy.ts";
import { AppError } from "../../domain/errors.ts";
import { askForName } from "./ask-for-name.ts";

type BoxDeps = { db: Database };
type Told = { json: unknown; text: string };

const blockedMax = 20;

/** Mode, names, requests, and what was blocked last. */
export async function tellBoxNetwork({ db }: BoxDeps, devboxId: string): Promise<Told> {
	const owner = await ownerOf({ db }, devboxId);
	const [network, decisions, requests] = await Promise.all([
		findDevboxNetwork(db, owner, devboxId),
		listDecisionRows(db, devboxId),
		listRequestRowsOf(db, devboxId),
	]);
	if (!network) throw unknownBox();
	const { mode, domains, services } = networkInForce(network);
	const blocked = decisions.filter(({ verdict }) => verdict === "blocked").slice(0, blockedMax);
	const open = requests.filter(({ status }) => status === "pending" || status === "approved");
	const json = {
		mode,
		meaning: networkModeLabels[mode],
		policy: network.policyName,
		egress_domains: mode === "enforce" || mode === "observe" ? domains : [],
		internal_services: services,
		requests: open.map(({ name, status, expiresAt }) => ({ name, status, expires_at: expiresAt })),
		blocked: blocked.map(({ name, port, why, count, lastAt }) => ({ name, port, why, count, last_at: lastAt })),
	};
	const section = (title: string, lines: string[]) =>
		lines.length > 0 ? ["", title, ...lines.map((l) => `  ${l}`)] : [];
	const lines = [
		`${mode}: ${json.meaning}`,
		...(network.policyName ? [`It follows the workspace's policy ${network.policyName}.`] : []),
		...section("Names", json.egress_domains as string[]),
		...section("Internal services that a name may lead to", [...services]),
		...section(
			"Requests",
			open.map(({ name, status, expiresAt }) =>
				status === "pending" ? `${name}  waits for an admin` : `${name}  approved, ${untilWords(expiresAt)}`,
			),
		),
		...section(
			"Blocked last",
			blocked.map(({ name, port, why, count, lastAt }) => `${count}x ${name}:${port}  ${why}, ${lastAt.toISOString()}`),
		),
	];
	return { json, text: lines.join("\n") };
}

const untilWords = (at: Date | null) => (at ? `until ${at.toISOString()}` : "for good");

/** Stands in the audit log as the box's own. */
export async function askBoxNetwork(
	{ db }: BoxDeps,
	o: { devboxId: string; name: string; reason: string },
): Promise<Told> {
	const box = await ownerOf({ db }, o.devboxId);
	const asked = createNetworkRequestRequest.safeParse({ name: o.name, reason: `From the devbox: ${o.reason}` });
	if (!asked.success)
		throw new AppError({ code: "invalid", message: asked.error.issues[0]?.message ?? "Say a name, as example.com." });
	const row = await askForName({ db }, box, { devboxId: o.devboxId, ...asked.data });
	await recordAudit(db.pool, {
		workspaceId: box.workspaceId,
		actor: { kind: "box", userId: box.userId, login: box.login },
		action: "network_request.create",
		target: { kind: "devbox", id: o.devboxId, name: box.name },
		outcome: "success",
		detail: { request_id: row.id, name: row.name, reason: row.reason },
	});
	const text = `Asked for ${row.name}: an admin answers. \`devbox-network\` says how it stands.`;
	return { json: { id: row.id, name: row.name, status: row.status }, text };
}

async function ownerOf({ db }: BoxDeps, devboxId: string) {
	const box: BoxIdentityRow | null = await findBoxIdentity(db, { devboxId });
	if (!box) throw unknownBox();
	if (!box.isOwnerActive)
		throw new AppError({
			code: "forbidden",
			message: "This devbox's owner is no active member of the workspace any more.",
		});
	return { workspaceId: box.workspaceId, userId: box.ownerId, login: box.ownerLogin, name: box.devboxName };
}

function unknownBox(): AppError {
	return new AppError({ code: "forbidden", message: "This devbox is not known any more." });
}
