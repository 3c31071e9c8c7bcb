import type { EvidenceDevbox, IsolationEvidence } from "../../contract/isolation-evidence.ts";
import { type EvidenceDevboxRow, listEvidenceDevboxRows } from "../../db/isolation-evidence.ts";
import { networkInForce, setupOf } from "../../db/network-in-force.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { enforcementOf } from "../network/enforcement-of.ts";
import { readCursor, writeCursor } from "../page.ts";
import { readEvidenceHead, readMoment } from "./isolation-evidence-head.ts";

type Input = { query: { at?: string | undefined; limit: number; cursor?: string | undefined } };

/** With one page of the devboxes; the rest is the same on each. */
export async function getIsolationEvidence(deps: Deps, actor: Actor, { query }: Input): Promise<IsolationEvidence> {
	const moment = readMoment(query.at);
	const after = query.cursor === undefined ? null : readCursor(query.cursor);
	const [head, rows] = await Promise.all([
		readEvidenceHead(deps, actor, moment),
		listEvidenceDevboxRows(deps.db, actor, { ...moment, after, limit: query.limit + 1 }),
	]);
	const page = rows.slice(0, query.limit);
	const last = rows.length > query.limit ? page.at(-1) : undefined;
	return { ...head, devboxes: page.map(toEvidenceDevbox), next_cursor: last ? writeCursor(last) : null };
}

export function toEvidenceDevbox(row: EvidenceDevboxRow): EvidenceDevbox {
	const { mode, domains, services } = networkInForce(row);
	const { id, name, owner, hostId, hostName, state, createdAt, imageRef, tailscale } = row;
	return {
		...{ id, name, owner, state, tailscale },
		host: hostId && hostName ? { id: hostId, name: hostName } : null,
		created_at: createdAt.toISOString(),
		image_ref: imageRef,
		network: {
			mode,
			egress_domains: [...domains],
			internal_services: [...services],
			policy: row.policyName,
			setup: setupOf(row),
			is_setting_up: row.isSettingUp && row.setupMode !== null,
			enforcement: enforcementOf(row),
			changed_at: row.changedAt?.toISOString() ?? null,
		},
	};
}
